"""Objects to an executable, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from emu.asm.elf.constants import EF_RISCV_RVC, ET_EXEC
from emu.asm.elf.image import Image
from emu.asm.errors import AsmError, Diagnostics, TooManyErrors
from emu.asm.limits import MAX_OUTPUT
from emu.asm.linker.align import settle_alignment
from emu.asm.linker.apply import Applier
from emu.asm.linker.got import Got
from emu.asm.linker.layout import Memory
from emu.asm.linker.names import Names
from emu.asm.linker.output import fill_image
from emu.asm.linker.provided import may_provide
from emu.asm.objects import ABSOLUTE, DEFINED, Object, ObjectSection, ObjectSymbol
from emu.asm.sections import SHF_EXECINSTR, SHT_LLVM_ADDRSIG, SHT_NOBITS, SHT_RISCV_ATTRIBUTES
from emu.errors import Place

IGNORED = (".note.GNU-stack", ".comment", ".llvm_addrsig")
Warn = Callable[[str], None]


def link(objects: Sequence[Object], entry: str = "_start", warn: Warn | None = None) -> bytes:
    """One static executable out of objects of one width. AsmError holds up to 20 mistakes.

    Execution starts at `entry`; where nothing defines it, at the first byte of code, which `warn` is told.
    """
    diagnostics = Diagnostics()
    with suppress(TooManyErrors):
        image = _link(list(objects), entry, warn, diagnostics)
    diagnostics.raise_if_any()
    return image.to_bytes()


def _link(objects: list[Object], entry: str, warn: Warn | None, diagnostics: Diagnostics) -> Image:
    xlen = _width(objects)
    for obj in objects:
        settle_alignment(obj)
    names = Names(objects, diagnostics)
    inputs = [s for obj in objects for s in obj.sections if _is_kept(s, names)] + names.commons
    got = Got(inputs, names, xlen)
    if got.section.size:
        inputs.append(got.section)
    attributes = _merged(objects)
    memory = Memory(inputs, xlen, bool(attributes))
    wanted = {r.symbol.name for s in inputs for r in s.relocs}
    names.check(inputs, {name for name in wanted if may_provide(name, memory)})
    diagnostics.raise_if_any()
    if sum(s.size for s in inputs if s.kind != SHT_NOBITS) > MAX_OUTPUT:
        raise AsmError(f"the program has more than {MAX_OUTPUT >> 20} MB of initialised data")
    memory.place()
    applier = Applier(memory, names, got, diagnostics)
    applier.run()
    diagnostics.raise_if_any()
    image = Image(xlen, ET_EXEC, _flags(objects), _entry(entry, memory, applier, warn))
    fill_image(image, memory, applier, objects, attributes, wanted)
    return image


def _width(objects: list[Object]) -> int:
    if not objects:
        raise AsmError("there is nothing to link")
    for obj in objects:
        if obj.xlen != objects[0].xlen:
            message = f"is RV{obj.xlen}, and {objects[0].name} is RV{objects[0].xlen}"
            raise AsmError(message, Place(obj.name), "all files of a program have the same width")
    return objects[0].xlen


def _is_kept(section: ObjectSection, names: Names) -> bool:
    if section in names.dropped or section.name in IGNORED:
        return False
    return section.size > 0 and section.kind not in (SHT_LLVM_ADDRSIG, SHT_RISCV_ATTRIBUTES)


def _flags(objects: list[Object]) -> int:
    flags = 0
    for obj in objects:
        flags |= obj.flags | (EF_RISCV_RVC if obj.rvc else 0)
    return flags


def _merged(objects: list[Object]) -> dict[int, int | str]:
    """The attributes of all objects; where they differ, the first has the word."""
    merged: dict[int, int | str] = {}
    for obj in reversed(objects):
        merged.update(obj.attributes)
    return merged


def _entry(entry: str, memory: Memory, applier: Applier, warn: Warn | None) -> int:
    symbol = applier.names.table.get(entry)
    if symbol is None or symbol.state not in (DEFINED, ABSOLUTE):
        symbol = _local_entry(entry, applier.names.objects)
    if symbol is not None:
        return applier.address(symbol)
    code = next((o for o in memory.loaded() if o.name == ".text" and o.size), None)
    code = code or next((o for o in memory.loaded() if o.flags & SHF_EXECINSTR), None)
    if code is None:
        raise AsmError(
            f"there is no code, and no symbol {entry!r}", None, f".globl {entry} and {entry}: in section .text"
        )
    if warn is not None:
        warn(f"no symbol {entry!r}: execution starts at the first instruction, {code.address:#x}")
    return code.address


def _local_entry(entry: str, objects: list[Object]) -> ObjectSymbol | None:
    """`_start:` without .globl is what a beginner writes; it is taken."""
    found = [s for obj in objects for s in obj.symbols if s.name == entry and s.state == DEFINED]
    return found[0] if found else None
