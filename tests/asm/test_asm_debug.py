"""Source lines: every instruction of a .s file has one, and .loc of compilers is kept; listings show them."""

import io

import pytest
from asm_judge import target, zig
from elftools.elf.elffile import ELFFile
from test_asm_compiled import SOFT, SOURCE

from emu.asm import Source, assemble, disassemble_elf
from emu.asm.dwarf.lookup import LineMap

TEXT = """# a comment
    .globl _start
    .macro twice r
    addi \\r, \\r, 1
    addi \\r, \\r, 1
    .endm
_start:
    li a0, 0x12345678       # two instructions
    twice a0; nop
    .section .text.other, "ax"
other: nop
    .previous
    beqz a0, _start
    .include "more.s"
    la a1, text
    ret
    .data
text: .asciz "hi"
"""
MORE = b"\n  nop # line 2 of more.s\n"


def build(xlen=64):
    """The ELF of TEXT."""
    return assemble([Source("dir/main.s", TEXT)], xlen, include=lambda path, includer: MORE)


@pytest.mark.parametrize("xlen", (64, 32))
def test_each_instruction_has_a_line(xlen):
    """Macros count as the line that calls them, included files as themselves."""
    elf = ELFFile(io.BytesIO(build(xlen)))
    lines = LineMap(elf)
    text = elf.get_section_by_name(".text")
    start = text["sh_addr"]
    found, address = [], start
    while address < start + text["sh_size"]:
        line = lines.find(address)
        found.append((line.file, line.line, line.column))
        word = text.data()[address - start]
        address += 4 if word & 3 == 3 else 2
    main = "dir/main.s"
    assert found == [
        (main, 8, 5), (main, 8, 5), (main, 9, 0), (main, 9, 0), (main, 9, 15), (main, 13, 5), (main, 13, 5),
        ("dir/more.s", 2, 3), (main, 15, 5), (main, 15, 5), (main, 16, 5), (main, 11, 8),
    ]  # fmt: skip
    assert lines.find(start + text["sh_size"]) is None and lines.find(start - 1) is None


def test_unit():
    """One compilation unit per file, with its name and the ranges of its code."""
    elf = ELFFile(
        io.BytesIO(assemble([Source("a.s", "_start: nop\n"), Source("b.s", 'nop\n.section .text.b,"ax"\nret\n')]))
    )
    dwarf = elf.get_dwarf_info()
    names = [unit.get_top_DIE().attributes["DW_AT_name"].value for unit in dwarf.iter_CUs()]
    assert names == [b"a.s", b"b.s"]
    ranges = dwarf.range_lists()
    places = [(unit.get_top_DIE().attributes["DW_AT_ranges"].value, unit) for unit in dwarf.iter_CUs()]
    found = [ranges.get_range_list_at_offset(offset, cu=unit) for offset, unit in places]
    assert [[entry.end_offset - entry.begin_offset for entry in entries] for entries in found] == [[2], [2, 2]]


@pytest.mark.parametrize("version", (4, 5))
def test_lines_of_a_compiler(version):
    """clang -S -g: the lines of the C file, and its own debug information, which stays readable."""
    options = [*target(64, SOFT), "-ffreestanding", "-O1", "-g", f"-gdwarf-{version}", "-S", str(SOURCE), "-o", "-"]
    text = zig("clang", *options).stdout
    stubs = "\n".join(f"{n}:" for n in ("__adddf3", "__muldf3", "__divdf3", "__floatsidf", "external", "external_data"))
    text += f"\n.text\n.globl _start\n_start: nop\n{stubs}\n"
    elf = ELFFile(io.BytesIO(assemble([Source("functions.s", text)])))
    symbols = {s.name: s["st_value"] for s in elf.get_section_by_name(".symtab").iter_symbols()}
    lines = LineMap(elf)
    source = SOURCE.read_text().splitlines()
    for name in ("fibonacci", "gcd", "calculate", "count", "name_of"):
        line = lines.find(symbols[name])
        assert line.file.endswith("functions.c") and f"{name}(" in source[line.line - 1]
    functions = [
        {key: attribute.value for key, attribute in die.attributes.items()}
        for unit in elf.get_dwarf_info().iter_CUs()
        for die in unit.iter_DIEs()
        if die.tag == "DW_TAG_subprogram"
    ]
    low = {f["DW_AT_name"]: f["DW_AT_low_pc"] for f in functions if "DW_AT_low_pc" in f}
    assert low[b"fibonacci"] == symbols["fibonacci"]


GCC = """
	.file	"t.c"
	.option nopic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
.Ltext0:
	.cfi_sections	.debug_frame
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%d\\n"
	.section	.text.startup,"ax",@progbits
	.align	1
	.globl	main
	.type	main, @function
main:
.LFB0:
	.file 1 "t.c"
	.loc 1 4 12 view -0
	.cfi_startproc
	.loc 1 5 3 view .LVU1
	lui	a5,%hi(.LANCHOR0)
	addi	a5,a5,%lo(.LANCHOR0)
	lw	a1,0(a5)
	lla	a0,.LC0
	addi	sp,sp,-16
	.cfi_def_cfa_offset 16
	sd	ra,8(sp)
	.loc 1 6 3 is_stmt 0 discriminator 2 view .LVU2
	call	main
	sext.w	a0,a0
	ld	ra,8(sp)
	.cfi_restore 1
	addi	sp,sp,16
	jr	ra
	.cfi_endproc
.LFE0:
	.size	main, .-main
	.bss
	.align	2
	.set	.LANCHOR0,. + 0
	.type	x, @object
	.size	x, 4
x:
	.zero	4
	.section	.debug_info,"",@progbits
.Ldebug_info0:
	.4byte	.Lend-.Lbegin
.Lbegin:
	.2byte	0x5
	.byte	0x1,0x8
	.4byte	.Ldebug_abbrev0
	.byte	0
.Lend:
	.section	.debug_loclists,"",@progbits
	.uleb128 .LVU1
	.uleb128 .LFE0-.LFB0
	.8byte	.LFB0
	.section	.debug_abbrev,"",@progbits
.Ldebug_abbrev0:
	.byte	0
	.section	.debug_line,"",@progbits
.Ldebug_line0:
	.ident	"GCC: (GNU) 13.2.0"
	.section	.note.GNU-stack,"",@progbits
"""


def test_output_of_gcc():
    """The directives that gcc writes and clang does not."""
    data = assemble([Source("t.s", GCC)], warn=lambda text: None)
    listing = list(disassemble_elf(data, source=True, read_source=lambda path: None))
    assert any("<main>" in line for line in listing)


def test_listing():
    """Symbols, encodings, targets, the addresses that auipc pairs make, source lines."""
    texts = {"dir/main.s": TEXT}
    lines = list(disassemble_elf(build(), source=True, read_source=texts.get))
    assert "Disassembly of section .text:" in lines
    assert "0000000000010100 <_start>:" in lines
    assert "; dir/main.s:8    li a0, 0x12345678       # two instructions" in lines
    assert "   10100:  12345537  lui a0, 0x12345" in lines
    assert any((line.endswith("<_start>") and " beqz a0, " in line) or "bnez" in line for line in lines)
    assert any(line.endswith("<text>") and "addi a1, a1" in line for line in lines)
    assert "; dir/more.s:2" in lines


def test_listing_of_one_symbol():
    """Only from its label to the next."""
    lines = list(disassemble_elf(build(), symbol="other", aliases=False))
    assert [line.split()[2] for line in lines if line.startswith("   ")] == ["c.nop"]


def test_listing_without_section_headers():
    """A stripped file is listed by its segments; the code is the same."""
    data = bytearray(build())
    data[40:48] = bytes(8)  # e_shoff
    data[60:64] = bytes(4)  # e_shnum, e_shstrndx
    lines = list(disassemble_elf(bytes(data)))
    assert any("lui a0, 0x12345" in line for line in lines)
