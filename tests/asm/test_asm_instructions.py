"""Every instruction and pseudo-instruction: the bytes are clang's."""

import random
import re

import pytest
from asm_cases import batch
from asm_judge import FULL, clang_object, compare, elf_sections, our_sections

MARK = ".4byte 0xffffffff"
widths = pytest.mark.parametrize("xlen", (64, 32))


def judge(lines, xlen, arch=FULL, before=""):
    """Compares one by one, by a mark between the lines."""
    text = before + "".join(f"{line}\n{MARK}\n" for line in lines)
    ours, theirs = our_sections(text, xlen, arch)[".text"], elf_sections(clang_object(text, xlen, arch))[".text"]
    if ours == theirs:
        return
    pairs = zip(lines, ours.split(b"\xff" * 4), theirs.split(b"\xff" * 4), strict=False)
    wrong = [f"{line}: ours {a.hex(' ', 2)}, clang {b.hex(' ', 2)}" for line, a, b in pairs if a != b]
    raise AssertionError(f"{len(wrong)} of {len(lines)} differ:\n" + "\n".join(wrong[:20]))


@widths
@pytest.mark.parametrize("rvc", (True, False))
@pytest.mark.parametrize("bits", (False, True))
def test_all_instructions(xlen, rvc, bits):
    """All forms with operands at their boundaries, compressed and not, with and without the Zb extensions."""
    arch = FULL + ("_zba_zbb_zbs" if bits else "")
    judge(batch(xlen, rvc, bits), xlen, arch, f".option {'rvc' if rvc else 'norvc'}\n")


def constants(xlen):
    """Around all powers of two, and random patterns of zeros and ones."""
    rng = random.Random(xlen)
    near = {
        s * (1 << b) + d
        for b in range(xlen + 1)
        for s in (1, -1)
        for d in (-0x801, -0x800, -1, 0, 1, 0x7FF, 0x800, 0xFFF)
    }
    rough = {rng.getrandbits(rng.randint(1, xlen)) << rng.randint(0, 40) for _ in range(1500)}
    sparse = {rng.getrandbits(12) << rng.randint(0, 52) | rng.getrandbits(8) << rng.randint(0, 56) for _ in range(1500)}
    runs = {(1 << rng.randint(1, xlen)) - (1 << rng.randint(0, xlen - 1)) for _ in range(500)}
    return sorted(v for v in near | rough | sparse | runs if -(1 << (xlen - 1)) <= v < 1 << xlen)


@widths
@pytest.mark.parametrize("arch", ("imac", "ima"))
def test_li(xlen, arch):
    """li of thousands of constants takes clang's sequence."""
    judge([f"li {('a0', 's3', 't6')[i % 3]}, {value}" for i, value in enumerate(constants(xlen))], xlen, arch)


SYMBOLIC = """
la a0, {s}
lla t0, {s}
lga a1, {s}
call {s}
call t0, {s}
tail {s}
jump {s}, t2
lw a0, {s}
lbu s1, {s}
sw a0, {s}, t0
sb s1, {s}, a5
flw fa0, {s}, t1
fsd fs1, {s}, t1
lui a0, %hi({s})
addi a0, a0, %lo({s})
lw a5, %lo({s})(a0)
sw a5, %lo({s})(a0)
auipc a3, %pcrel_hi({s})
lui a0, %tprel_hi({s})
add a0, a0, tp, %tprel_add({s})
lw a0, %tprel_lo({s})(a0)
sw a0, %tprel_lo({s})(a0)
la.tls.ie a0, {s}
la.tls.gd a0, {s}
auipc a0, %got_pcrel_hi({s})
beq a0, a1, {s}
bnez a0, {s}
j {s}
jal {s}
jal t0, {s}
"""


@widths
@pytest.mark.parametrize("option", ("rvc", "norvc", "pic"))
def test_symbolic_operands(xlen, option):
    """Addresses of local, global, weak, absolute, undefined and other sections' symbols."""
    head = f".option {option}\n.globl global\n.weak weak\n.set absolute, 0x12345\n"
    tail = "local: nop\nglobal: nop\nweak: nop\n.data\nelsewhere: .word 1\n"
    names = ("local", "global", "weak", "undefined", "elsewhere", "elsewhere+4", "undefined-8")
    made = "".join(SYMBOLIC.format(s=name) for name in names).splitlines()
    lines = [line for line in made if not re.match(r"(call|tail|jump).*[+-]\d", line)]  # clang wants bare symbols there
    compare(head + "\n".join(lines) + "\n" + tail, xlen)


@widths
def test_ordering_of_pcrel_pairs(xlen):
    """%pcrel_lo finds its %pcrel_hi at a label before or behind it."""
    compare("1: auipc a0, %pcrel_hi(x)\naddi a0, a0, %pcrel_lo(1b)\nj 3f\n2: lw a0, %pcrel_lo(3f)(a0)\nret\n"
            "3: auipc a0, %pcrel_hi(x)\nj 2b\nx: ret\n", xlen)  # fmt: skip
