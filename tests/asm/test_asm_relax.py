"""Jumps find their length, and label differences see the final layout: the bytes are clang's."""

import random

import pytest
from asm_judge import compare

REGISTERS = ("zero", "a0", "a5", "s0", "t0", "sp", "ra")
BRANCHES = ["beq", "bne", "blt", "bge", "bltu", "bgeu", "bgt", "ble", "bgtu", "bleu"]
ZERO_BRANCHES = ["beqz", "bnez", "bgez", "bltz", "blez", "bgtz"]
widths = pytest.mark.parametrize("xlen", (64, 32))


def statement(rng, target, labels):
    """A random statement, most often a jump."""
    r = rng.choice
    return r(
        [f"{r(BRANCHES)} {r(REGISTERS)}, {r(REGISTERS)}, {target}"] * 4
        + [f"{r(ZERO_BRANCHES)} {r(REGISTERS)}, {target}"] * 4
        + [f"j {target}", f"jal {target}", f"jal t0, {target}"]
        + [f"call {r(labels)}", f"la a0, {target}", f"lw a0, {target}", f"sw a0, {target}, t0"]
        + [f".word {r(labels)} - {r(labels)}", f".uleb128 {labels[-1]} - {labels[0]}\n.balign 4", ".balign 4"]
        + [f".zero {r((2, 4, 100, 300, 3000))}", "nop", "addi a0, a0, 1", "li a0, 0x12345", "lw a0, 0(a1)"]
    )


def program(seed, size, rvc):
    """`size` statements with labels strewn in."""
    rng = random.Random(seed)
    labels = [f"{r}l{i}" for i in range(30) for r in (".L", "")]
    places = dict(zip(sorted(rng.sample(range(size), len(labels))), labels, strict=True))
    out = [f".option {'rvc' if rvc else 'norvc'}"]
    for index in range(size):
        if index in places:
            out.append(places[index] + ":")
        target = rng.choice(labels) + rng.choice([""] * 6 + ["+4", "-2"])
        out.append(statement(rng, target, labels))
    return "\n".join(out) + "\n"


@widths
@pytest.mark.parametrize("seed", range(12))
def test_random_jumps(seed, xlen):
    """Programs of a few hundred jumps in both directions, over distances around the limits of each form."""
    compare(program(seed, (120, 300, 600)[seed % 3], rvc=seed % 4 != 0), xlen)


@widths
@pytest.mark.parametrize("jump", ("beqz a0, 1f", "bne a0, a1, 1f", "j 1f", "beqz a0, 1b", "bne a0, a1, 1b", "j 1b"))
def test_limits(jump, xlen):
    """Every distance around each limit, forwards and backwards."""
    out = []
    for distance in (*range(240, 264, 2), *range(2032, 2056, 2), *range(4080, 4104, 2)):
        gap = f".skip {distance}"
        out += [jump, gap, "1:"] if jump.endswith("f") else ["1:", gap, jump]
    compare("\n".join(out) + "\n", xlen)


def test_chain():
    """Each jump that grows pushes the next one out of reach."""
    compare(
        "".join(f"b{i}: beqz a0, b{i + 63}\n.skip 2\n" for i in range(400))
        + "".join(f"b{i}:\n" for i in range(400, 463)),
        64,
    )


@widths
def test_far_branch_needs_no_help(xlen):
    """A branch over 10 KiB becomes its inverse and a jal; one to another file too."""
    compare("start: bltu a0, a1, end\nbeqz a0, other\n.zero 10000\nend: bgeu a0, a1, start\nbnez s0, start\n", xlen)
