"""`emu help insn`: the names of all instructions. The card of one is emu.isa.help's."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from emu.isa.insns import INSNS
from emu.isa.pseudo import PSEUDOS


def listing() -> str:
    """All names, by extension."""
    lines = []
    for ext in dict.fromkeys(insn.ext for insn in INSNS):
        lines += [f"{ext}:", *wrapped(insn.name for insn in INSNS if insn.ext == ext)]
    lines += ["pseudo-instructions:", *wrapped(pseudo.name for pseudo in PSEUDOS)]
    return "\n".join([*lines, "", "emu help insn NAME explains one."])


def wrapped(names: Iterable[str]) -> list[str]:
    """Names side by side, each once, in lines of at most 100 characters."""
    text = " ".join(dict.fromkeys(names))
    return textwrap.wrap(text, 100, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
