"""The hardware:

harts, TLBs, page-table walker, caches, MESI, clock. Jitted by numba; see docs/architecture.md for the contract.

`Config` and `load_config` need no numba; `Machine` is imported when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.config import Config, ConfigError, load_config

if TYPE_CHECKING:
    from emu.machine.machine import Machine

__all__ = ["Config", "ConfigError", "Machine", "load_config"]


def __getattr__(name: str):
    if name == "Machine":
        from emu.machine.machine import Machine

        return Machine
    raise AttributeError(name)
