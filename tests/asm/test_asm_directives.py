"""Directives, expressions, macros and sections: the bytes are clang's."""

import io

import pytest
from asm_judge import compare, our_sections
from elftools.elf.elffile import ELFFile

from emu.asm import Source, assemble

TEXTS = {
    "numbers": """
        .byte 1, -1, 255, -128, 'a', '\\n', '\\\\', '\\'', ' ', 0b101, 017, 0x1F
        .half -32768, 65535; .short 1; .2byte 2; .hword 3
        .word 0x80000000, 4294967295, -2147483648; .long 1; .4byte 2; .int 3
        .dword 0xffffffffffffffff, -9223372036854775808; .quad 1; .8byte 0x123456789abcdef0
        .octa 0x0123456789abcdef0123456789abcdef, 1
        .uleb128 0, 127, 128, 624485, 0xffffffffffffffff
        .sleb128 0, -1, 63, 64, -64, -65, 0x7fffffffffffffff, -9223372036854775808
        .float 1.5, -0.0, 1e30, 3; .double 2.25, 1e-300, inf, nan; .single 0x1.8p3
    """,
    "strings": r"""
        .ascii "no end", "two"
        .asciz "esc \n\t\r\b\f\\\"", "\0\1\12\123\1234", "\x41\x7f", ""
        .string "# not a comment; nor // this /* or this */", "ünïcode"
        .ascii ""
    """,
    "space": """
        .zero 3; .zero 2, 0xaa; .skip 5; .space 4, 1
        .fill 3; .fill 2, 4, 0x11223344; .fill 2, 8, -1; .fill 3, 2, 0x1234; .fill 0, 4, 1; .fill 2, 3, 0x55667788
        .zero 5000; .byte 1
        . = . + 4
        .org 5200; .byte 1; .org 5210, 0x7; .byte 2
    """,
    "alignment of data": """
        .data
        .byte 1; .align 2; .byte 2; .p2align 4; .byte 3; .balign 8; .byte 4; .balign 4, 0xff; .byte 5
        .p2align 4, , 3; .byte 6; .p2align 3, 0x11, 7; .byte 7, 7
        .balignw 8, 0x1234; .byte 8, 8, 8, 8; .balignl 16, 0x01020304; .byte 9
        .align 0; .balign 1; .byte 10
    """,
    "alignment of code": """
        nop; .align 3; .p2align 4; c.nop; .balign 16; nop; .p2align 5, , 31; c.nop; .p2align 4, 0; c.nop; .align 3, 0x13
        .option push; .option norvc; nop; .align 4; .option pop; nop; .align 2
    """,
    "expressions": """
        .set four, 4
        five = four + 1
        .equ later, 100
        .word 1|2+4, 1+2*3, 6&3+1, 1<<3+1, 7^2+1, -7/2, -7%3, 7/-2, 2*(3+4)*5, - -5, ~5, !5, !0, +3, -four*five
        .word 1==1, 1!=1, 1<>2, 1<2, 2<=1, 5>3, 3>=4, 1&&2, 0&&1, 0||0, 3||0, 5!2, 8>>1, 1<<31
        .dword -8>>1, 1<<63, 0xffffffffffffffff+1, 0x7fffffffffffffff*2, later, five-later
        a: .word b - a, (b - a) * 2, . - a, c - b
        b: .zero 7
        c: .word a - c, -(a - c), (c - a) / 3
        .set four, 40
        .word four, five
        .equiv six, 6
        .word six
    """,
    "local labels": """
        1: .word 1b - 1f, 2f - 1b
        1: .word 1b - 2f
        2: .word 1b - 2b
        0: j 0b; j 1f; beqz a0, 1f; 1: j 1b
        10: j 10b; j 1f
        1:
    """,
    "differences over jumps": """
        .globl far
        start: beqz a0, end; j end; bne a0, a1, far; call far; la a0, end
        .zero 300
        middle: .word end - start, middle - start; .uleb128 end - start; .sleb128 start - end; .uleb128 end - middle
        .fill (middle - start) & 3, 1, 7
        .balign 4
        end: bnez a0, start
        .data
        .word end - start, . - x; .byte end - middle, x - y; .half end - start
        x: .byte 1
        y: .uleb128 end - start
    """,
    "sections": """
        .section .rodata; .word 1; .section .data.rel.ro,"aw",@progbits; .word 2; .text; nop; .data; .word 3
        .section .text.hot,"ax",@progbits; nop; .previous; .word 4; .previous; nop
        .pushsection .rodata; .word 5; .pushsection .text, 1; c.nop; .popsection; .word 6; .popsection; nop
        .text 2; nop; .text 1; c.nop; c.nop; .text; nop; .subsection 1; c.nop
        .bss; .zero 100; label: .skip 8; .align 4; .section .sbss,"aw",@nobits; .zero 4
        .section .rodata.str1.1,"aMS",@progbits,1; .asciz "merge"
        .section .mine,"aG",@progbits,group,comdat; .word 7
        .section .init_array,"aw",@init_array; .balign 8; .zero 8
        .section .tdata,"awT",@progbits; .word 8; .section .tbss,"awT",@nobits; .zero 12
        .section .note,"",@note; .word 9
        .section ".quoted name","a"; .word 10
    """.replace('".quoted name"', ".quoted"),
    "symbols": """
        .globl f, g; .weak h; .local l; .hidden g; .protected f; .internal h
        .type f, @function; .type g, %object; .type h, "function"; .type l, STT_OBJECT
        .size f, . - f; .size g, 4
        f: nop; g: .word 1; h: nop; l: .word 2
        .comm shared, 16, 8; .lcomm mine, 10; .lcomm mine2, 10
        .set alias, f + 2; .globl alias; call alias
        .word f - g
    """,
    "macros": r"""
        .macro plain; nop; .endm
        .macro two first, second=7
        .byte \first, \second
        .endm
        .macro named a:req, b=2, rest:vararg
        .byte \a, \b
        .ifnb \rest
        .byte \rest
        .endif
        .endm
        .macro unique
        .Lu\@: j .Lu\@
        .endm
        .macro sized op, width
        \op\()\width a0, 0(a1)
        .endm
        .macro recurse n
        .byte \n
        .if \n
        recurse \n-1
        .endif
        .endm
        plain; plain
        two 1; two 1, 2; two second=3, first=4; two (1 + 2), 5
        named 1; named 1, 3; named 1, 2, 3, 4, 5; named b=9, a=8
        unique; unique
        sized l, w; sized l, bu
        .balign 4
        recurse 5
        .purgem plain
        .macro plain; c.nop; .endm
        .balign 4
        plain
    """,
    "repetition": r"""
        .rept 3; .byte 1, 2; .endr
        .rept 2
        .rept 2; .byte 3; .endr
        .byte 4
        .endr
        .rept 0; .error "no"; .endr
        .irp x, 1, 2, 3; .byte \x; .endr
        .irp r, a0, s1, t2
        addi \r, \r, 1
        .endr
        .irpc c, 0123; .byte \c, '\c'; .endr
    """,
    "conditions": """
        .set n, 5
        .if n == 5; .byte 1; .else; .byte 2; .endif
        .if n > 5; .byte 3; .elseif n == 4; .byte 4; .elseif n == 5; .byte 5; .else; .byte 6; .endif
        .ifdef n; .byte 7; .endif
        .ifndef n; .byte 8; .else; .byte 9; .endif
        .ifdef nothing; .if syntax error here; .endif; .byte 10; .endif
        .ifc abc, abc; .byte 11; .endif; .ifnc a, b; .byte 12; .endif
        .ifeqs "x", "x"; .byte 13; .endif
        .ifb; .byte 14; .endif; .ifnb x; .byte 15; .endif
        .ifeq 0; .byte 16; .endif; .ifne 0; .byte 17; .endif; .ifgt 1; .byte 18; .endif
        .ifge 0; .byte 19; .endif; .iflt -1; .byte 20; .endif; .ifle 1; .byte 21; .endif
        start: .zero 4
        .if . - start == 4; .byte 22; .endif
    """,
    "comments and blanks": """
        nop # comment
        nop // comment
        /* several
           lines ; nop */ nop; nop /* one */ ; /* two */ c.nop
        label  :  nop ; other: another: nop
        addi   a0 ,a0,   1 # " unclosed
        .byte '#', ';', '"', 1 # ;
        ADDI a0, a0, 1
    """,
    "options": """
        .option push; .option norvc; addi a0, a0, 1; .option rvc; addi a0, a0, 1; .option pop; addi a0, a0, 1
        .option norelax; call f; .option relax; .option nopic; la a0, f; .option pic; la a0, f
        .attribute arch, "rv64i2p1_m2p0_c2p0_zba1p0"
        .attribute stack_align, 16
        .insn 4, 0x00000013; .insn 0x0001
    """,
    "notes of compilers": """
        .file "x.c"; .ident "GCC"; .addrsig; .addrsig_sym f
        f: .cfi_startproc; .cfi_sections .debug_frame
        nop; .cfi_def_cfa_offset 16; .cfi_offset ra, -8; .cfi_endproc
        .section .note.GNU-stack,"",@progbits
    """,
}
WIDE = ("numbers", "expressions", "options")  # values or notes of 64 bits


@pytest.mark.parametrize(("name", "xlen"), [(n, x) for n in TEXTS for x in (64, 32) if x == 64 or n not in WIDE])
def test_directives(name, xlen):
    """Each group of directives gives clang's bytes in every section."""
    compare(TEXTS[name], xlen)


def test_references_in_data():
    """Addresses in data are left to the linker; the width of the field is the relocation's."""
    compare("x: .dword x, x + 8, external, external - 4; .word external - x, x - external\n.half external - x\n", 64)


LATER = """
    1: nop
    .if {}
    .word 1
    .else
    .word 2
    .endif
    later: nop
    3: nop
"""


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("(0) && (later == 1b)", 2), ("(1) && (later == 1b)", 2), ("1 || later == 1b", 1), ("later != 1b", 1),
        ("3f == 1b", 2), ("1b == 1b", 1), ("later == later", 1), ("later <> 3f", 1),
    ],
)  # fmt: skip
def test_labels_that_come_later_equal_no_other(condition, holds):
    """As GNU as has it for .if, and as the macros of riscv-arch-test rely on."""
    text = our_sections(LATER.format(condition), 64, "i")[".text"]
    assert text[4:8] == holds.to_bytes(4, "little")


def test_address_in_eight_bytes_on_rv32():
    """`.dword label` is an address with zeros behind it, as GNU ld fills R_RISCV_64."""
    elf = assemble([Source("d.s", ".globl _start\n_start: nop\n.data\nx: .dword x, 5\n")], xlen=32)
    file = ELFFile(io.BytesIO(elf))
    data = file.get_section_by_name(".data")
    assert data.data() == data["sh_addr"].to_bytes(8, "little") + (5).to_bytes(8, "little")


def test_include_and_incbin():
    """Files come through the reader, nested ones relative to the file that names them."""
    files = {"a.inc": b'.byte 1\n.include "b.inc"\n', "b.inc": b".byte 2\n", "bin": bytes(range(10))}
    text = '.include "a.inc"\n.incbin "bin"\n.incbin "bin", 8\n.incbin "bin", 2, 3\n'
    asked = []

    def reader(path, includer):
        asked.append((path, includer))
        return files[path]

    data = our_sections(text, 64, include=reader)[".text"]
    assert data == bytes([1, 2, *range(10), 8, 9, 2, 3, 4])
    assert asked[:2] == [("a.inc", "test.s"), ("b.inc", "a.inc")]


def test_li_of_a_later_constant():
    """An li of a difference or symbol that is known only at the end; clang takes the difference, if it is small."""
    end = "\n.data\ntext: .zero 13\nend: .zero 70000\nfar:\n"
    compare("li a2, end - text\nli a3, text - end" + end, 64)
    text = (
        "li a2, end - text\nli a3, SIZE\naddi a4, a4, end - text\nlw a5, SIZE(sp)\nli a5, far - text\n.set SIZE, 40"
        + end
    )
    same = ".option norvc\nli a2, 13\nli a3, 40\naddi a4, a4, 13\nlw a5, 40(sp)\n.option rvc\nli a5, 70013\n"
    assert our_sections(text, 64)[".text"] == our_sections(same, 64)[".text"]


def test_predefined():
    """The width is a symbol, and the host may define others."""
    assert our_sections(".byte __riscv_xlen, N\n", 64, defines={"N": 3})[".text"] == bytes([64, 3])
    assert our_sections(".byte __riscv_xlen\n", 32)[".text"] == bytes([32])
