"""Linking: the bytes are ld.lld's at the same addresses; symbols, segments, archives of clang's objects."""

import io
import re
from pathlib import Path

import pytest
from asm_judge import clang_object, target, zig
from elftools.elf.elffile import ELFFile

from emu.asm import AsmError, Source, assemble, assemble_object, link, read_object

MAIN = """
    .globl _start, main_data
    .type _start, @function
_start: .option push; .option norelax; la gp, __global_pointer$; .option pop
    call helper; la a0, shared_text; lw a1, counter; sw a1, counter, t0; lga a2, helper; lga a3, missing
    lui a4, %hi(main_data); lw a4, %lo(main_data)(a4); tail finish
    lui a5, %tprel_hi(thread_b); add a5, a5, tp, %tprel_add(thread_b); lw a5, %tprel_lo(thread_b)(a5)
    la.tls.ie a6, thread_a
1:  auipc t0, %pcrel_hi(counter); lw t1, %pcrel_lo(1b)(t0); beqz t1, helper; bne t0, t1, helper; j helper
    .size _start, . - _start
    .weak missing
    .data
main_data: .word 7, helper - _start; .dword counter, common, _end, __bss_start, __init_array_start
    .section .init_array,"aw",@init_array; .balign 8; .dword _start
    .section .tdata,"awT",@progbits; .word 1; thread_a: .word 2
    .section .tbss,"awT",@nobits; thread_b: .zero 8
    .section custom,"aw",@progbits; .word 1, 2
    .section .text.once,"axG",@progbits,once,comdat; .weak once; once: li a0, 1; ret
"""
OTHER = """
    .globl helper, shared_text, counter, finish, thread_c
    .text; helper: nop; ret; .section .text.finish,"ax",@progbits; .align 4; finish: li a7, 93; ecall
    .section .rodata; shared_text: .asciz "text"; .balign 4; .word shared_text - helper, helper - .
    .bss; .align 3; counter: .zero 4; .comm common, 64, 16
    .section .data.rel,"aw"; .dword __start_custom, __stop_custom, finish + 4
    .section .sdata,"aw"; .word 5
    .section .text.once,"axG",@progbits,once,comdat; .weak once; once: li a0, 1; ret
    .data; .dword once
"""


def narrowed(text, xlen):
    """The text for a width."""
    return text if xlen == 64 else text.replace(".dword", ".word")


def lld(objects, ours, folder, xlen):
    """ld.lld's executable of the objects, its sections put where ours are."""
    elf = ELFFile(io.BytesIO(ours))
    sections = [s for s in elf.iter_sections() if s["sh_flags"] & 2]
    lines = []
    for s in sections:
        pattern = {".bss": "*(.bss .bss.*) *(COMMON)", ".data": "*(.data .data.*)", ".text": "*(.text .text.*)"}
        lines.append(f"{s.name} {s['sh_addr']:#x} : {{ {pattern.get(s.name, f'*({s.name})')} }}")
    gp = next(s["st_value"] for s in elf.get_section_by_name(".symtab").iter_symbols() if s.name == "__global_pointer$")
    ends = {n: v for s in elf.get_section_by_name(".symtab").iter_symbols() for n, v in [(s.name, s["st_value"])]}
    extra = "".join(f"{n} = {ends[n]:#x};" for n in ("_end", "__bss_start", "__init_array_start") if n in ends)
    script = folder / "script.ld"
    script.write_text(f"SECTIONS {{ {' '.join(lines)} }} __global_pointer$ = {gp:#x}; {extra}")
    names = []
    for index, data in enumerate(objects):
        (folder / f"{index}.o").write_bytes(data)
        names.append(f"{index}.o")
    done = zig("ld.lld", "-static", "--no-relax", "-T", "script.ld", *names, "-o", "out", folder=folder)
    assert done.returncode == 0, done.stderr
    return (folder / "out").read_bytes()


def contents(data):
    """{section: (address, bytes)} of what is in memory."""
    elf = ELFFile(io.BytesIO(data))
    return {
        s.name: (s["sh_addr"], s["sh_size"] if s["sh_type"] == "SHT_NOBITS" else s.data())
        for s in elf.iter_sections()
        if s["sh_flags"] & 2 and s["sh_size"]
    }


def same(ours, theirs):
    """Asserts that two executables hold the same in memory; .got is compared through its users only in size."""
    mine, other = contents(ours), contents(theirs)
    assert mine.keys() == other.keys()
    for name, (address, data) in other.items():
        assert mine[name][0] == address, name
        assert mine[name][1] == data, name


@pytest.mark.parametrize("xlen", (64, 32))
@pytest.mark.parametrize("reader", (False, True))
def test_same_bytes_as_lld(xlen, reader, tmp_path):
    """Two objects with every kind of reference; ours linked by lld, and clang's linked by us."""
    arch = "imac_zicsr_zifencei"
    texts = [narrowed(MAIN, xlen), narrowed(OTHER, xlen)]
    theirs = [clang_object(text, xlen, arch) for text in texts]
    if reader:
        objects = [read_object(data, f"{i}.o") for i, data in enumerate(theirs)]
    else:
        objects = [assemble_object(Source(f"{i}.s", text), xlen) for i, text in enumerate(texts)]
    ours = link(objects)
    same(ours, lld(theirs, ours, tmp_path, xlen))


@pytest.mark.parametrize("xlen", (64, 32))
def test_our_objects_in_lld(xlen, tmp_path):
    """The .o files we write are good for another linker: lld makes of them what it makes of clang's."""
    texts = [narrowed(MAIN, xlen), narrowed(OTHER, xlen)]
    objects = [assemble_object(Source(f"{i}.s", text), xlen) for i, text in enumerate(texts)]
    files = [obj.to_bytes() for obj in objects]
    again = [read_object(data, f"{i}.o") for i, data in enumerate(files)]
    ours = link(objects)
    same(ours, link(again))
    same(ours, lld(files, ours, tmp_path, xlen))


def test_layout():
    """Segments start on pages with the rights of their sections; the header is in the first; .bss takes no room."""
    elf = ELFFile(io.BytesIO(assemble([Source("a.s", MAIN), Source("b.s", OTHER)])))
    loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
    assert [s["p_flags"] for s in loads] == [5, 4, 6]
    assert loads[0]["p_vaddr"] == 0x10000 and loads[0]["p_offset"] == 0
    for s in loads:
        assert s["p_vaddr"] % 0x1000 == s["p_offset"] % 0x1000 == 0
    assert loads[2]["p_memsz"] > loads[2]["p_filesz"]
    assert {s["p_type"] for s in elf.iter_segments()} >= {"PT_TLS", "PT_GNU_STACK"}
    assert elf.header["e_flags"] & 1
    symbols = {s.name: s for s in elf.get_section_by_name(".symtab").iter_symbols()}
    start = symbols["_start"]
    assert (
        elf.header["e_entry"] == start["st_value"] and start["st_info"]["type"] == "STT_FUNC" and start["st_size"] > 60
    )
    assert symbols["_end"]["st_value"] == loads[2]["p_vaddr"] + loads[2]["p_memsz"]


def test_entry_without_start():
    """Without _start execution begins with the code, and says so; a local _start is good enough."""
    said = []
    elf = ELFFile(io.BytesIO(assemble([Source("a.s", ".data\n.word 1\n.text\nmain: nop\n")], warn=said.append)))
    text = elf.get_section_by_name(".text")
    assert elf.header["e_entry"] == text["sh_addr"] and "_start" in said[0]
    elf = ELFFile(io.BytesIO(assemble([Source("a.s", "nop\n_start: nop\n")])))
    assert elf.header["e_entry"] == elf.get_section_by_name(".text")["sh_addr"] + 2
    with pytest.raises(AsmError, match="there is no code"):
        assemble([Source("a.s", ".data\n.word 1\n")])


ERRORS = {
    "call nowhere\n": "undefined symbol 'nowhere'",
    ".globl f\nf: nop\n": "symbol 'f' is already defined at a.s:2",
    ".data\n.byte far\n": "an address such as 'far' takes 8 bytes",
    "jal zero, big\n.data\n.zero 0x200000\nbig:\n": "reaches -1048576..1048574",
    "1: beqz a0, 1f\n": "there is no label 1: after this",
    "call local_there\n": "another file has 'local_there'",
}


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text):
    """What only the linker can know is told with file, line and caret too."""
    first = ".globl _start\nf: .globl f\n_start: nop\nlocal_there: nop\n"
    with pytest.raises(AsmError) as caught:
        assemble([Source("a.s", first), Source("b.s", text)])
    assert ERRORS[text] in str(caught.value) and "b.s:" in str(caught.value) and "^" in str(caught.value)


def test_weak_and_common():
    """A strong definition wins over a weak and a common one; the largest common block is taken."""
    a = ".globl _start\n.weak f\n_start: call f\nf: nop\n.comm c, 8\n.comm d, 4\n"
    b = ".globl f, c\n.text\nf: ret\n.data\nc: .word 1\n.comm d, 400, 64\n"
    elf = ELFFile(io.BytesIO(assemble([Source("a.s", a), Source("b.s", b)])))
    symbols = {s.name: s for s in elf.get_section_by_name(".symtab").iter_symbols()}
    assert symbols["c"]["st_value"] == elf.get_section_by_name(".data")["sh_addr"]
    assert symbols["d"]["st_size"] == 400 and symbols["d"]["st_value"] % 64 == 0
    call = elf.get_section_by_name(".text").data()[4:8]
    distance = int.from_bytes(call, "little") >> 20
    assert symbols["_start"]["st_value"] + distance == symbols["f"]["st_value"]


C_PROGRAM = """
extern int table[]; int sum; __attribute__((section(".text.a"))) int f(int x) { return x * 3; }
static const char *words[] = {"a", "bc"}; int table[3] = {1, 2, 3};
void _start(void) { for (int i = 0; i < 3; i++) sum += f(table[i]) + words[i & 1][0]; for (;;); }
"""


@pytest.mark.parametrize("xlen", (64, 32))
def test_objects_for_linker_relaxation(xlen, tmp_path):
    """clang's default objects hold R_RISCV_RELAX and R_RISCV_ALIGN: code is aligned, debug lines are right."""
    options = [o for o in target(xlen, "imac_zicsr_zifencei") if o != "-mno-relax"]
    source = tmp_path / "x.c"
    source.write_text(C_PROGRAM)
    asm = tmp_path / "y.s"
    asm.write_text(
        ".globl aligned\nc.nop\n.p2align 5\naligned: ret\n.p2align 4\nlast: c.nop\n.data\n.word last - aligned\n"
    )
    for file in (source, asm):
        done = zig("clang", *options, "-O1", "-g", "-c", str(file), "-o", str(file.with_suffix(".o")))
        assert done.returncode == 0, done.stderr
    objects = [read_object(Path(f).with_suffix(".o").read_bytes(), f.name) for f in (source, asm)]
    elf = ELFFile(io.BytesIO(link(objects)))
    symbols = {s.name: s for s in elf.get_section_by_name(".symtab").iter_symbols()}
    assert symbols["aligned"]["st_value"] % 32 == 0
    text = elf.get_section_by_name(".text")
    assert text.data()[symbols["aligned"]["st_value"] - text["sh_addr"] :][:2] == b"\x82\x80"
    dwarf = elf.get_dwarf_info()
    rows = [e.state for cu in dwarf.iter_CUs() for e in dwarf.line_program_for_CU(cu).get_entries() if e.state]
    start = symbols["_start"]["st_value"]
    assert any(r.address == start and r.line == 4 for r in rows)


def test_numeric_labels_are_no_symbols_of_the_program():
    """An object must name 1: for its relocations; the executable, and so a fault card, says _start+4."""
    text = ".globl _start\n_start: nop\n1: auipc t0, %pcrel_hi(x)\nlw t1, %pcrel_lo(1b)(t0)\n.data\nx: .word 1\n"
    data = assemble_object(Source("x.s", text)).to_bytes()
    elf = ELFFile(io.BytesIO(link([read_object(data, "x.o")])))
    names = {s.name for s in elf.get_section_by_name(".symtab").iter_symbols()}
    assert {"_start", "x"} <= names and not [name for name in names if name.startswith(("1", ".L"))]


def test_damaged_objects():
    """Any byte of an object may be wrong: an error, or a link, but nothing else."""
    data = clang_object(OTHER, 64, "imac")
    for position in range(0, len(data), 7):
        broken = data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]
        try:
            link([read_object(broken, "x.o")])
        except AsmError as error:
            assert re.search(r"\w", str(error))
    for length in range(0, len(data), 97):
        with pytest.raises(AsmError):
            link([read_object(data[:length], "x.o")])
