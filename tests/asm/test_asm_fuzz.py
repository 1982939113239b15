"""No text makes the assembler raise anything but AsmError, or take long. Seeded and bounded."""

import random
import time
from itertools import islice
from pathlib import Path

import pytest

from emu.asm import AsmError, Source, assemble, disassemble_elf
from emu.asm.directives import DIRECTIVES
from emu.asm.forms import mnemonics
from emu.isa.abi import FREG, XREG

PROGRAMS = sorted((Path(__file__).parents[2] / "programs").glob("**/*.s"))
PIECES = (
    [*DIRECTIVES] * 3
    + [*mnemonics(64), *mnemonics(32), *XREG, *FREG] * 2
    + [
        "foo",
        "bar",
        ".L1",
        "1:",
        "1b",
        "1f",
        "2f",
        "foo:",
        "bar:",
        ".",
        "=",
        "==",
        "%hi(",
        "%lo(",
        "%pcrel_hi(",
        "%pcrel_lo(",
    ]
    + [
        "(",
        ")",
        ",",
        ",",
        ",",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<<",
        ">>",
        "&&",
        "!",
        "~",
        "'a'",
        "'",
        '"text"',
        '"',
        "\\",
        "\\@",
    ]
    + ["0", "1", "-1", "4", "8", "255", "0x7fffffff", "0xffffffffffffffff", "99999999999999999999", "1e9", "@function"]
    + [
        ";",
        "\n",
        "\n",
        "\n",
        "/*",
        "*/",
        "#",
        "//",
        "push",
        "pop",
        "rvc",
        "rw",
        "rne",
        "sstatus",
        "x, y",
        ":req",
        ":vararg",
    ]
)
BLOCKS = (
    ".macro m a\n{}\n.endm\nm 1\nm",
    ".rept 3\n{}\n.endr",
    ".irp x, 1, 2\n{}\n.endr",
    ".if 1\n{}\n.else\n{}\n.endif",
)


def check(text, xlen):
    """Assembles; an ELF disassembles too, an error has a message."""

    def reader(path, includer):
        if path == "text":
            return b"nop\n"
        raise FileNotFoundError(2, "No such file", path)

    start = time.process_time()
    try:
        data = assemble([Source("fuzz.s", text)], xlen=xlen, include=reader)
    except AsmError as error:
        assert str(error)
    else:
        listing = disassemble_elf(data, source=True, read_source=lambda path: text)
        assert all(isinstance(line, str) for line in islice(listing, 200))
    assert time.process_time() - start < 20, text


def soup(rng):
    """Pieces of assembly in any order."""
    body = " ".join(rng.choice(PIECES) for _ in range(rng.randint(1, 60)))
    return rng.choice((*BLOCKS, "{}", "{}", "{}")).replace("{}", body)


def statements(rng):
    """Mostly well-formed lines with a wrong operand here and there."""
    lines = []
    for _ in range(rng.randint(1, 30)):
        operands = [rng.choice(PIECES) for _ in range(rng.randint(0, 4))]
        lines.append(f"{rng.choice(PIECES)} {', '.join(operands)}")
    return "\n".join(lines)


def mutated(rng, text):
    """A program with a few characters, lines or tokens changed."""
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice((0, 1, 1, 5, 40)))
        text = (
            text[:at] + rng.choice((rng.choice(PIECES), chr(rng.randint(0, 0x2FF)), "", text[at:end] * 2)) + text[end:]
        )
    return text


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes(seed):
    """Noise."""
    rng = random.Random(seed)
    for _ in range(60):
        check(rng.randbytes(rng.randint(0, 400)).decode("latin-1"), rng.choice((32, 64)))


@pytest.mark.parametrize("make", (soup, statements))
@pytest.mark.parametrize("seed", range(4))
def test_token_soup(make, seed):
    """Words of the language in random order."""
    rng = random.Random(seed)
    for _ in range(150):
        check(make(rng), rng.choice((32, 64)))


@pytest.mark.parametrize("seed", range(4))
def test_mutated_programs(seed):
    """Real programs, a little broken."""
    rng = random.Random(seed)
    for _ in range(25):
        check(mutated(rng, rng.choice(PROGRAMS).read_text()), rng.choice((32, 64)))


NASTY = {
    "deep brackets": ".word " + "(" * 5000 + "1" + ")" * 5000,
    "many unary operators": ".word " + "-" * 5000 + "1",
    "a long sum": ".word " + "+".join(["a"] * 5000) + "\na = 1",
    "a long difference": "a: .word " + "-".join(["a"] * 5000),
    "doubling": "x = a - b\n" + "x = x + x\n" * 100 + ".word x\na:\nb:",
    "a chain of later symbols": "".join(f"s{i} = s{i + 1} + s{i + 1}\n" for i in range(100)) + ".word s0\ns100 = 1",
    "a long chain": "".join(f"s{i} = s{i + 1}\n" for i in range(5000)) + ".word s0\ns5000 = 1",
    "a loop of symbols": "a = b + 1\nb = c\nc = a\n.word a",
    "macro bomb": ".macro b\nb\nb\n.endm\nb",
    "wide macro bomb": ".macro a\nnop\nnop\n.endm\n"
    + "".join(f".macro {y}\n{x}\n{x}\n{x}\n{x}\n.endm\n" for x, y in zip("abcdefghijk", "bcdefghijkl", strict=True))
    + "l",
    "text bomb": ".macro t x\n.if 1\nt \\x\\x\n.endif\n.endm\nt aaaaaaaaaaaaaaaa",
    "nested rept": ".rept 1000\n.rept 1000\n.rept 1000\nnop\n.endr\n.endr\n.endr",
    "huge rept": ".rept 0x7fffffffffffffff\nnop\n.endr",
    "huge fill": ".fill 0x7fffffffffffffff, 8, 1",
    "huge zero": ".data\n.zero 0x7fffffffffffffff",
    "many zeros": ".data\n" + ".zero 0x8000000\n" * 20,
    "huge org": ".org 0x7fffffffffffffff\nnop",
    "huge later fill": ".fill b - a\na: .zero 100\nb: .fill (b - a) * 100000000, 8",
    "huge align": ".align 63",
    "huge bss": ".bss\n.zero 0x7fffffffffffffff",
    "sizes that chase each other": "a: .fill 100 - (b - a)\nb:\n.fill b - a\nc: .fill (1 - (c - b)) & 7",
    "endless include": '.include "self"',
    "unclosed": ".macro x\n.rept 3\n.if 1\n/* no end",
    "big number": ".word " + "9" * 10000,
    "file number": '.file 99999999999 "x"',
    "columns": '.file 1 "x"\n.loc 1 4294967295 4294967295\nnop\n.loc 1 1 1\nnop',
    "a million labels in a line": "a: " * 20000,
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty(name):
    """Sources made to eat time or memory."""
    start = time.process_time()
    try:
        assemble([Source("nasty.s", NASTY[name])], include=lambda path, includer: b'.include "self"\n')
    except AsmError as error:
        assert len(str(error)) < 100_000
    assert time.process_time() - start < 20


LONG = (".type {}!", '.attribute 5, "rv64{}!"', ".macro m {}", "{}:", "{} = 1", ".section {}", "li a0, {}", ".irp {}")
FILLERS = ("a", "a,", "a ", "z", "_", "1", "\\a", '"', "(", "'", "a: ", "- ")


@pytest.mark.parametrize("pattern", LONG)
@pytest.mark.parametrize("filler", FILLERS)
def test_long_lines(pattern, filler):
    """A line of 100,000 characters takes no more than linear time."""
    check(pattern.format(filler * (100_000 // len(filler))), 64)


def test_damaged_executables():
    """An ELF with any byte wrong is listed or refused."""
    path = PROGRAMS[0]
    data = assemble([Source("x.s", path.read_text())], include=lambda name, _: (path.parent / name).read_bytes())
    rng = random.Random(1)
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            broken[rng.choice((rng.randrange(len(data)), rng.randrange(400)))] = rng.randrange(256)
        cut = rng.choice((len(data), rng.randrange(len(data))))
        try:
            listing = disassemble_elf(bytes(broken[:cut]), source=True, read_source=lambda path: None)
            assert all(isinstance(line, str) for line in islice(listing, 100))
        except AsmError as error:
            assert str(error)
