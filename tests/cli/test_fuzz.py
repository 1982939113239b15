"""Rubbish in, a message or a signal out: never a traceback, never a hang. Seeded and bounded."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from emu.cli import exitcodes

ROOT = Path(__file__).resolve().parents[2]
TEXT = r"""
addi add lw sw beq jal li la call ret ecall .word .quad .byte .asciz .globl .section .text .data .macro .endm .rept
.endr .if .else .endif .equ .set .align .balign .fill .zero .space .include .incbin .option rvc a0 a1 sp zero x31 fp
%hi( %lo( ( ) , : + - * / 1 -1 0x7fffffffffffffffffff 4096 1f 1b 1: label "text 'c' ' " # // /* */ ; \ \name @ $ .
_start = == << >> && ! ~ .Lx é
"""
WORDS = [*TEXT.split(), "\t", "\0"]
LIMITS = ("--max-insns", "20K", "--max-output", "10K", "--max-ram", "16M")


@pytest.fixture
def never_raises(emu, tmp_path: Path):
    """Run bytes under a name; whatever they are, emu ends in an orderly way."""

    def check(name: str, data: bytes, *command: str) -> int:
        path = tmp_path / name
        path.write_bytes(data)
        code, _, err = emu(*command, path)
        path.unlink()
        assert code != exitcodes.INTERNAL, (err, data)
        if code == exitcodes.USAGE and "error:" not in err:
            assert command[0] == "run"  # then it is the guest's own status
        return code

    return check


@pytest.mark.parametrize("seed", range(40))
def test_random_words_as_assembly(never_raises, seed: int) -> None:
    """Words of the language in no order."""
    rng = random.Random(seed)
    lines = (" ".join(rng.choices(WORDS, k=rng.randrange(6))) for _ in range(rng.randrange(1, 12)))
    never_raises("fuzz.s", "\n".join(lines).encode(), "run", *LIMITS)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_sources(never_raises, seed: int) -> None:
    """A good program with a few characters changed, deleted or doubled."""
    rng = random.Random(seed)
    text = list(rng.choice(sorted((ROOT / "programs").glob("*.s"))).read_text(encoding="utf-8"))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text))
        text[at : at + rng.randrange(3)] = rng.choice(["", "\0", "\n", "(", '"', "%", ".", "9", text[at] * 2])
    never_raises("fuzz.s", "".join(text).encode(), "run", *LIMITS)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_elves(never_raises, emu, tmp_path_factory, seed: int) -> None:
    """A good ELF with bytes changed in its headers, or cut short, run and disassembled."""
    rng = random.Random(seed)
    good = tmp_path_factory.getbasetemp() / "good.elf"
    if not good.exists():
        assert emu("asm", ROOT / "programs" / "fib.s", "-o", good).code == 0
    data = bytearray(good.read_bytes())
    for _ in range(rng.randrange(1, 8)):
        data[rng.randrange(4, 64 + 56 * 4)] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    if rng.random() < 0.2:
        del data[rng.randrange(len(data)) :]
    never_raises("fuzz.elf", bytes(data), "run", *LIMITS)
    never_raises("fuzz.elf", bytes(data), "dis")


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_as_elf(never_raises, seed: int) -> None:
    """Nothing but the magic number is right, if that."""
    rng = random.Random(seed)
    magic = rng.choice([b"", b"\x7fELF", b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\0\xf3\0"])
    assert never_raises("fuzz", magic + rng.randbytes(rng.randrange(300)), "run", *LIMITS) == exitcodes.USAGE


@pytest.mark.parametrize("xlen", ["32", "64"])
@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_as_instructions(never_raises, seed: int, xlen: str) -> None:
    """Executed until something traps or the limit ends it."""
    words = ", ".join(str(byte) for byte in random.Random(seed).randbytes(400))
    code = f".globl _start\n_start:\n.byte {words}\n".encode()
    assert never_raises("fuzz.s", code, "run", "--xlen", xlen, *LIMITS) != exitcodes.USAGE


def test_runaway_source(never_raises) -> None:
    """Macros that call themselves, includes of themselves, huge repetitions: refused in bounded time."""
    for text in (
        ".macro m\nm\nm\n.endm\nm\n",
        '.include "fuzz.s"\n',
        ".rept 1000000000\n.rept 1000000000\nnop\n.endr\n.endr\n",
        ".zero 0x7fffffffffffffff\n",
        ".fill 1000000000000, 8, 1\n",
        ".align 63\nnop\n",
        "(" * 100_000,
        ".if 1\n" * 10_000,
        ".equ a, b\n.equ b, a\n.word a\n",
    ):
        assert never_raises("fuzz.s", text.encode(), "run", *LIMITS) == exitcodes.USAGE, text[:40]
