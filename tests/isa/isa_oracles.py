"""The outside judges of the ISA table: capstone reads words, clang's assembler writes them."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import capstone
from elftools.elf.elffile import ELFFile

from emu.isa.formats import FIELDS, Field, replace_fields
from emu.isa.insns import Insn, decode, encode
from emu.isa.text import show

ARCH = "imafdc_zicsr_zifencei_zihintpause_zihintntl_zicond_zfa_zba_zbb_zbs"
_NUMBER = re.compile(r"(?<![\w.])(?<!e-)-?(?:0x[0-9a-f]+|\d+)\b")


@functools.cache
def _capstone(xlen: int) -> capstone.Cs:
    mode = capstone.CS_MODE_RISCV64 if xlen == 64 else capstone.CS_MODE_RISCV32
    return capstone.Cs(capstone.CS_ARCH_RISCV, mode | capstone.CS_MODE_RISCVC)


def capstone_text(word: int, length: int, xlen: int) -> str | None:
    """What capstone reads at pc 0, with plain decimal numbers; None if it is no instruction to it."""
    found = next(_capstone(xlen).disasm_lite(word.to_bytes(length, "little"), 0), None)
    return plain(f"{found[2]} {found[3]}".strip(), xlen) if found and found[1] == length else None


def plain(text: str, xlen: int) -> str:
    """The text with all numbers decimal, and signed if they are as wide as an address."""

    def decimal(found: re.Match[str]) -> str:
        number = int(found[0], 0)
        return str(number - (1 << xlen) if number >= 1 << (xlen - 1) else number)

    return _NUMBER.sub(decimal, text)


def clang(lines: Iterable[str], xlen: int, folder: Path, arch: str = ARCH) -> bytes:
    """The bytes of .text that clang's assembler makes of some lines."""
    source, target = folder / "case.s", folder / "case.o"
    source.write_text("\n".join([".option norelax", *lines]) + "\n")
    flags = [f"--target=riscv{xlen}-freestanding-none", f"-march=rv{xlen}{arch}", "-c"]
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", "clang", *flags, str(source), "-o", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[:3000]
    with target.open("rb") as file:
        return ELFFile(file).get_section_by_name(".text").data()


def words(code: bytes) -> Iterator[int]:
    """The instruction words in a run of code."""
    at = 0
    while at < len(code):
        length = 4 if code[at] & 3 == 3 else 2
        yield int.from_bytes(code[at : at + length], "little")
        at += length


def relative(field: Field, value: int) -> str:
    """An operand as text, pc-relative ones as an offset from `.`"""
    return f".{value:+}" if field.kind == "pcrel" else show(field, value)


def written(insn: Insn, operands: dict[str, int]) -> str:
    """The instruction as assembly text, every optional operand that differs from its default written out."""

    def optional(found: re.Match[str]) -> str:
        name = found[2]
        return "" if operands[name] == FIELDS[name].default else found[1] + name

    syntax = re.sub(r"\[(,? ?)(\w+)\]", optional, insn.syntax)
    mnemonic = decode(encode(insn, operands), insn.xlens[0]).mnemonic
    return f"{mnemonic} {replace_fields(syntax, lambda f: relative(f, operands[f.name]))}".strip()


def boundary(field: Field) -> list[int]:
    """Values at the limits of a field, around zero, and next to excluded ones."""
    step = field.scale
    near = [field.minimum, field.minimum + step, -step, 0, step, field.maximum - step, field.maximum]
    middle = field.scale * ((field.minimum + field.maximum) // (2 * field.scale))
    return [v for v in dict.fromkeys([*near, middle]) if field.allows(v)]


def boundary_operands(insn: Insn) -> list[dict[str, int]]:
    """For each field its boundary values, the others kept in the middle; hidden fields that no text reaches stay 0."""
    usual = {f.name: f.default if f.default is not None else boundary(f)[-1] for f in insn.fields}
    free = [f for f in insn.fields if f.kind != "ignored"]
    return [usual | {f.name: value} for f in free for value in boundary(f)] or [usual]
