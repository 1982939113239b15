"""A program's segments in an address space: mapped, nothing is copied (Linux: fs/binfmt_elf.c, elf_map)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emu.kernel import elf
from emu.kernel.layout import pie_bias, setup_mmap_base
from emu.kernel.mm.mmap import do_mmap, mmap_region
from emu.kernel.mm.mmap_flags import MAP_FIXED, MAP_PRIVATE
from emu.kernel.mm.page import page_align
from emu.kernel.mm.uaccess import copy_to_user
from emu.kernel.mm.unmapped_area import get_unmapped_area
from emu.kernel.mm.vma import VM_EXEC, VM_MAY, VM_READ, VM_WRITE

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.mm.mm import Mm


@dataclass(frozen=True, slots=True)
class Loaded:
    """A program in memory: how far from its addresses, and where its dynamic linker begins (0 without one)."""

    program: elf.Elf
    bias: int
    base: int

    @property
    def entry(self) -> int:
        """Where the program begins, its bias added."""
        return self.program.entry + self.bias


def map_program(mm: Mm, file: File, program: elf.Elf) -> int:
    """Map every segment at its address (moved by the returned bias when position-independent)."""
    setup_mmap_base(mm.kernel, mm)
    bias = pie_bias(mm.kernel, mm, program) if program.pie else 0
    map_segments(mm, file, program, bias)
    for segment in program.segments:
        note_landmarks(mm, segment, bias)
    mm.start_brk = mm.brk = page_align(program.end + bias)
    return bias


def map_interpreter(mm: Mm, file: File, program: elf.Elf) -> int:
    """load_elf_interp: the program interpreter goes to where mmap has room; its bias."""
    first = program.segments[0].first_page
    bias = get_unmapped_area(mm, 0, page_align(program.end - first)) - first if program.pie else 0
    map_segments(mm, file, program, bias)
    return bias


def map_segments(mm: Mm, file: File, program: elf.Elf, bias: int) -> None:
    """Map all that take memory, in order. ENOMEM EINVAL …"""
    for segment in program.segments:
        if segment.memsz:
            map_segment(mm, file, segment, bias)


def map_segment(mm: Mm, file: File, segment: elf.Segment, bias: int) -> None:
    """The part with file bytes is a private mapping of the file, the rest of the last page zeroed, then zero pages."""
    flags = vm_flags(segment.flags)
    start, file_end = segment.first_page + bias, segment.vaddr + segment.filesz + bias
    if segment.filesz:
        prot = flags & (VM_READ | VM_WRITE | VM_EXEC)
        length = page_align(file_end - start)
        pgoff = (segment.offset - (segment.vaddr - segment.first_page)) >> 12
        do_mmap(mm, start, length, prot, MAP_PRIVATE | MAP_FIXED, file, pgoff)
        if segment.memsz > segment.filesz and flags & VM_WRITE:
            copy_to_user(mm, file_end, bytes(page_align(file_end) - file_end))
        start = page_align(file_end)
    end = page_align(segment.end + bias)
    if end > start:
        mmap_region(mm, start, end - start, flags | VM_MAY, None, 0)


def vm_flags(p_flags: int) -> int:
    """PF_R, PF_W, PF_X as rights of an area."""
    return (
        (VM_READ if p_flags & elf.PF_R else 0)
        | (VM_WRITE if p_flags & elf.PF_W else 0)
        | (VM_EXEC if p_flags & elf.PF_X else 0)
    )


def note_landmarks(mm: Mm, segment: elf.Segment, bias: int) -> None:
    """start_code … end_data, as /proc/PID/stat shows them."""
    if not segment.memsz:
        return
    start, end = segment.vaddr + bias, segment.vaddr + segment.filesz + bias
    if segment.flags & elf.PF_X:
        mm.start_code = min(mm.start_code or start, start)
        mm.end_code = max(mm.end_code, end)
    mm.start_data, mm.end_data = max(mm.start_data, start), max(mm.end_data, end)
