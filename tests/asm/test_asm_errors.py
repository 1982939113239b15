"""Messages: where, what, why, and how to mend it."""

import pytest

from emu.asm import AsmError, Source, assemble, assemble_object

# source -> (line, column, part of the message, part of the hint)
CASES = {
    "addd a0, a1, a2": (1, 1, "unknown instruction 'addd'", "did you mean 'add'"),
    "  add a0, a1": (1, 3, "add takes 3 operands, found 2", "write: add rd, rs1, rs2"),
    "addi a0, a1, 5000": (1, 14, "immediate 5000 out of range -2048..2047", "li t0, 5000 and then add with t0"),
    "lw a0, 4096(sp)": (1, 8, "immediate 4096 out of range", "li t0, 4096, add the base to t0, and write 0(t0)"),
    "lw a0, 4(zz)": (1, 10, "'zz' is no integer register", "write an address as 8(sp)"),
    "sw a0, 4(fa0)": (1, 10, "'fa0' is no integer register", "did you mean 'a0'"),
    "amoadd.w a0, a1, (t9)": (1, 19, "'t9' is no integer register", "t0-t6"),
    "addi a0, a8, 1": (1, 10, "operand 2 of addi must be an integer register", "there are a0-a7"),
    "jmp x": (1, 1, "unknown instruction 'jmp'", "RISC-V has j label"),
    "MOV a0, a1": (1, 1, "unknown instruction 'mov'", "RISC-V has mv rd, rs"),
    "mul a0, a0, #5": (1, 11, "an operand is missing after this comma", "begins a comment"),
    ".align 99": (1, 8, "needs an exponent from 0 to 24, found 99", ""),
    "la t0, d\n.section .rodta\nd: .byte 1": (
        1,
        8,
        "'d' is in section '.rodta', which is not loaded into memory",
        "did you mean '.rodata'",
    ),
    "la t0, d\n.section .mine\nd: .byte 1": (1, 8, "'d' is in section '.mine'", '.section .mine, "aw"'),
    "add a0, 7, a2": (1, 9, "operand 2 of add must be an integer register", "write: add rd, rs1, rs2"),
    "add a0, a1, x32": (1, 13, "symbol 'x32' is not defined", "did you mean 'x3'"),
    "add A0, a1, a2": (1, 5, "operand 1 of add must be an integer register", "lower case: a0"),
    "lw a0 4(sp)": (1, 1, "lw takes 2 operands, found 1", "a comma is missing after a0"),
    "lw a0, 4[sp]": (1, 9, "unexpected text", "write: lw rd"),
    "nop\nbeq a0, a1, lop\nloop: ret": (2, 13, "undefined symbol 'lop'", "did you mean 'loop'"),
    ".wrod 5": (1, 1, "unknown directive '.wrod'", "did you mean '.word'"),
    ".word 5 +": (1, 10, "expected a number or a symbol", "write: .word"),
    ".word (5": (1, 7, "this ( has no closing )", ""),
    '.asciz "abc': (1, 8, 'this string has no closing "', ""),
    "foo:\nfoo: ret": (2, 1, "symbol 'foo' is already defined at x.s:1", "numeric label"),
    "lui a0, 0x100000": (1, 9, "immediate 1048576 out of range 0..1048575", ""),
    "slli a0, a0, 64": (1, 14, "shift amount 64 out of range 0..63", ""),
    "csrr a0, mstats": (1, 10, "unknown control register 'mstats'", "did you mean 'mstatus'"),
    "addi a0, a0, %low(x)": (1, 14, "unknown modifier %low", "did you mean '%lo'"),
    "lw a0, %hi(x)(a1)": (1, 8, "%hi does not fit this operand", "%lo"),
    ".align 30": (1, 8, "alignment of 1073741824 bytes", ".balign 30"),
    ".balign 3": (1, 9, "needs a power of two", ""),
    ".else": (1, 1, ".else without .if", ""),
    ".if 1": (1, 1, "this .if has no .endif", ""),
    ".macro m\nnop": (1, 1, "never closed: .endm", ""),
    "x = y\ny = x\n.word x": (1, 5, "depends on itself", ""),
    ".org 4\n.org 2": (2, 6, ".org goes back to 0x2", ""),
    ".bss\n.word 1": (2, 7, "holds only zeros", "use section .data"),
    '.include "gone.s"': (1, 10, "cannot read 'gone.s': No such file or directory", ""),
    ".byte 300": (1, 7, "300 does not fit in 1 byte", "-128..255"),
    ".byte later\n.set later, 300": (1, 7, "300 does not fit in 1 byte", "-128..255"),
    ".word 1 / (2 - 2)": (1, 9, "division by zero", ""),
    "amoadd.w a0, a1, 4(a2)": (1, 18, "no offset is possible here", ""),
    "add a0,, a1": (1, 8, "an operand is missing before this comma", ""),
    "1: j 2f": (1, 6, "undefined symbol '2'", "there is no label 2: after this"),
    "j 1b": (1, 3, "no label 1: before this", ""),
    "li a0, text\ntext: nop": (1, 8, "'text' is an address", "la loads"),
    "addi a0, a0, text\ntext: nop": (1, 14, "'text' is an address", "%lo"),
    "addi a0, a0, %pcrel_lo(f)\nf: nop": (1, 14, "no %pcrel_hi at the label 'f'", "auipc"),
    "c.addi a0, 100": (1, 12, "immediate 100 out of range -32..31", ""),
    ".option norvc\nc.nop": (2, 1, "'c.nop' needs the extension C", ".option rvc"),
    "5up: nop": (1, 1, "unknown instruction", ""),
    "\tli\ta0, 1 2": (1, 11, "unexpected text", "write: li rd, constant"),
    '.error "not here"': (1, 1, "not here", ""),
    ".rept 1000000000\n.endr": (1, 7, "1000000000 repetitions", "at most"),
    "nop; nop; bad": (1, 11, "unknown instruction 'bad'", ""),
    "/* two\nlines */ bad": (2, 10, "unknown instruction 'bad'", ""),
}


def reader(path, includer):
    """No file exists."""
    raise FileNotFoundError(2, "No such file or directory")


def mistakes(text, xlen=64, **more):
    """All errors of a source."""
    with pytest.raises(AsmError) as caught:
        assemble([Source("x.s", text)], xlen=xlen, include=reader, **more)
    return caught.value.errors


@pytest.mark.parametrize("text", CASES)
def test_message(text):
    """The first error stands at the right place and says what is expected."""
    line, column, message, hint = CASES[text]
    error = mistakes(text)[0]
    assert message in error.message
    assert hint in error.hint
    assert (error.place.file, error.place.line, error.place.column) == ("x.s", line, column)
    assert error.place.text == text.split("\n")[line - 1]


def test_the_caret_is_under_the_operand():
    """The whole text, as a user sees it."""
    error = mistakes("\taddi a0, a1, 5000   # too much")[0]
    assert str(error).splitlines() == [
        "x.s:1:15: error: addi: immediate 5000 out of range -2048..2047",
        "     addi a0, a1, 5000   # too much",
        "                  ^",
        "  hint: put it into a register before: li t0, 5000 and then add with t0",
    ]


def test_wrong_width():
    """An RV64 instruction in RV32 is told from a misspelt one."""
    assert "'ld' is an RV64 instruction, and this is RV32" in mistakes("ld a0, 0(sp)", 32)[0].message
    assert "exists only on RV32" in mistakes("csrr a0, cycleh")[0].message
    assert "does not fit in 32 bits" in mistakes("li a0, 0x100000000", 32)[0].message
    assert "takes 4 bytes" in mistakes("x: .half x", 32)[0].message


def test_extensions_of_an_arch():
    """With `arch` other extensions are refused, with the way out; without it everything goes."""
    assert "needs the extension Zba" in mistakes("sh1add a0, a1, a2", arch="rv64imac")[0].message
    assemble([Source("x.s", "sh1add a0, a1, a2")])
    assemble([Source("x.s", ".option arch, +zba\nsh1add a0, a1, a2")], arch="rv64imac")


def test_all_errors_at_once():
    """Errors of all lines are shown together, up to twenty, sorted."""
    errors = mistakes("bad1\nnop\nadd a0\nbad2\n.word )\n")
    assert [e.place.line for e in errors] == [1, 3, 4, 5]
    assert str(errors[0]).endswith("4 errors")
    many = mistakes("bad\n" * 50)
    assert len(many) == 20 and "20 errors; stopped there" in str(many[0])


def test_errors_of_several_files():
    """Each file's mistakes are found, even if the first has some."""
    with pytest.raises(AsmError) as caught:
        assemble([Source("a.s", "bad"), Source("b.s", "nop\nworse")])
    assert [e.place.file for e in caught.value.errors] == ["a.s", "b.s"]


def test_macro_calls_are_named():
    """An error in a macro shows the expanded line and every call on the way to it."""
    error = mistakes(".macro inner x\nadd \\x, \\x\n.endm\n.macro outer\ninner a0\n.endm\nnop\nouter\n")[0]
    assert error.place.line == 2 and error.place.text == "add a0, a0"
    assert error.notes == ("in macro 'inner' at x.s:5: inner a0", "in macro 'outer' at x.s:8: outer")
    assert "note: in macro 'inner' at x.s:5" in str(error)


def test_macro_arguments():
    """Too many, missing and duplicate ones."""
    assert "takes 1 arguments at most" in mistakes(".macro m a\n.endm\nm 1, 2")[0].message
    assert "needs 'a'" in mistakes(".macro m a:req\n.endm\nm")[0].message
    assert "two parameters are called 'a'" in mistakes(".macro m a, a\n.endm")[0].message


def test_warnings():
    """.warning and .print are kept for the host."""
    obj = assemble_object(Source("x.s", 'nop\n.warning "careful"\n.print "hello"\n'))
    assert obj.warnings == ["x.s:2: careful", "hello"]
