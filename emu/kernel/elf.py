"""Executables: read the ELF headers, believe nothing, say in one line what is wrong."""

from __future__ import annotations

from emu.errors import EmuError


class ElfError(EmuError):
    """An executable that can't be loaded."""
