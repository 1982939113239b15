"""The encoder against clang's assembler: examples, boundary operands, compressed forms, pseudo-instructions, CSRs."""

import re

import pytest
from isa_oracles import ARCH, boundary_operands, clang, relative, words, written

from emu.isa.csrs import CSRS
from emu.isa.disassemble import disassemble
from emu.isa.formats import FIELDS, Field, replace_fields
from emu.isa.help import encoded_example
from emu.isa.insns import INSNS, XLENS, decode, encode, expand, lookup
from emu.isa.pseudo import PSEUDOS, template_operands
from emu.isa.text import parse

widths = pytest.mark.parametrize("xlen", XLENS)


def judge(cases, xlen, folder, arch=ARCH):
    """Compares (text, word) pairs with clang's bytes; texts of 32-bit words are kept from being compressed."""
    lines = [f".option {'rvc' if word & 3 != 3 else 'norvc'}\n{text}" for text, word in cases]
    found = list(words(clang(lines, xlen, folder, arch)))
    wrong = [
        f"{text}: ours {word:#x}, clang {other:#x}"
        for (text, word), other in zip(cases, found, strict=True)
        if word != other
    ]
    assert not wrong, wrong[:20]


def rows(xlen):
    """The table's rows at a width."""
    return [insn for insn in INSNS if xlen in insn.xlens]


@widths
def test_examples(xlen, tmp_path):
    """The example of each row assembles to the word that the documentation shows."""
    judge([(insn.example, encoded_example(insn)) for insn in rows(xlen)], xlen, tmp_path)


@widths
def test_boundary_operands(xlen, tmp_path):
    """Each row with each operand at its limits is encoded as clang does."""
    cases = [(written(i, ops), encode(i, ops)) for i in rows(xlen) for ops in boundary_operands(i)]
    judge(cases, xlen, tmp_path)


def is_hint(base):
    """Whether a base instruction changes nothing, so that clang does not compress it as its row."""
    name, operands = base.insn.name, base.operands
    if name in ("jal", "jalr"):
        return False
    in_place = name in ("addi", "slli", "srli", "srai") and operands["rd"] == operands["rs1"]
    by_zero = 0 in (operands.get("imm_i"), operands.get("shamt5"), operands.get("shamt6"))
    return operands.get("rd") == 0 or (in_place and by_zero)


@widths
def test_expansions(xlen, tmp_path):
    """clang compresses the base instruction of each 16-bit word to that very word: the two really are the same."""
    cases = []
    for word in (w for w in range(1 << 16) if w & 3 != 3 and decode(w, xlen)):
        decoded = decode(word, xlen)
        base = expand(decoded, xlen)
        short = decoded.insn.name == "c.addi16sp" and -32 <= base.operands["imm_i"] < 32  # c.addi can do those too
        if not is_hint(base) and not short:
            text = written(base.insn, base.operands)
            cases.append((text.replace(".+", "").replace(".-", "-"), word))  # clang compresses bare offsets only
    assert len(cases) > 44_000
    judge(cases, xlen, tmp_path)


def pseudo_words(pseudo, xlen):
    """The words of a pseudo-instruction's templates, with each field's sample as operand."""
    for template in pseudo.templates:
        name, operands = template_operands(template, xlen)
        values = {
            key: parse(value, value.sample) if isinstance(value, Field) else value for key, value in operands.items()
        }
        yield encode(lookup(name, xlen), values)


@widths
@pytest.mark.parametrize("without", ["", "Zba", "Zbb"])
def test_pseudo_instructions(xlen, without, tmp_path):
    """Each template comes to the instructions that clang makes of the pseudo-instruction."""
    cases = []
    for pseudo in PSEUDOS:
        if pseudo.mark in "=>" and xlen in pseudo.xlens and pseudo.without == without:
            text = f"{pseudo.name} {replace_fields(pseudo.syntax, lambda field: field.sample)}"
            cases += zip([text, *[""] * 9], pseudo_words(pseudo, xlen), strict=False)
    arch = ARCH.replace(f"_{without.lower()}", "") if without else ARCH
    judge(cases, xlen, tmp_path, arch)


@widths
def test_csr_names(xlen, tmp_path):
    """Each CSR's name means its number to clang."""
    csrs = [csr for csr in CSRS if xlen in csr.xlens]
    read = lookup("csrrs", xlen)
    judge([(f"csrr a0, {c.name}", encode(read, {"rd": 10, "csr": c.number, "rs1": 0})) for c in csrs], xlen, tmp_path)


@widths
def test_disassembly_reassembles(xlen, tmp_path):
    """What the disassembler prints, aliases included, is accepted by clang and means the same word."""
    cases = []
    for insn in rows(xlen):
        for operands in boundary_operands(insn)[::3]:
            word = encode(insn, operands)
            cases.append((relative_targets(disassemble(word, 0, xlen, aliases=insn.length == 4), xlen), word))
    judge(cases, xlen, tmp_path)


def relative_targets(text, xlen):
    """Branch targets, printed as addresses from pc 0, as offsets from `.`"""
    if not re.match(r"(c\.)?(b(eq|ne|lt|ge|le|gt)u?z?|j|jal)\b ", text):
        return text
    head, _, target = text.rpartition(" ")
    value = int(target, 16)
    return f"{head} {relative(FIELDS['imm_j'], value - (1 << xlen) if value >> (xlen - 1) else value)}"
