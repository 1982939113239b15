"""To whom a frame of physical memory belongs: a page table, a page of a process, the page cache, the kernel, nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from emu.debug.look.subject import address_spaces
from emu.isa.paging import PTE_V, is_leaf
from emu.kernel.fs.directory import Directory
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import (
    PG_ANON,
    PG_BUDDY,
    PG_KERNEL,
    PG_RESERVED,
    PG_SLAB,
    PG_SWAPCACHE,
    PG_TABLE,
)

KINDS = {
    "free": ("nobody has it", "."),
    "anon": ("anonymous memory of processes", "a"),
    "file": ("page cache: pages of files", "f"),
    "shmem": ("shared memory and tmpfs", "m"),
    "swapcache": ("has a copy on swap, mapped by nobody now", "s"),
    "table": ("page tables", "T"),
    "slab": ("the kernel's own objects", "k"),
    "hugetlb": ("set aside for huge pages", "H"),
    "pipe": ("pipes' buffers", "p"),
    "reserved": ("frame 0 and the page of zeroes", "R"),
}
MOST_FILES = 2000  # that are looked through for a name
MARKED = (PG_TABLE, "table"), (PG_SLAB, "slab"), (PG_KERNEL, "pipe")
"""Flags that tell alone."""


class Mapping(NamedTuple):
    """One page-table entry that maps a frame."""

    pid: int
    va: int
    pte_address: int
    pte: int


def kind_of(kernel: Any, pfn: int) -> str:
    """The key of KINDS that fits a frame."""
    mem_map = kernel.pages.mem_map
    flags, mapping = mem_map.flags[pfn], mem_map.mapping.get(pfn)
    if flags & PG_RESERVED:
        return "reserved"
    if not mem_map.refcount[pfn] or flags & PG_BUDDY:
        return "free"
    for bit, name in MARKED:
        if flags & bit:
            return name
    if hasattr(mapping, "host"):
        return "shmem" if mapping.is_shmem else "file"
    if flags & PG_ANON:
        return "anon"
    return "swapcache" if flags & PG_SWAPCACHE else "hugetlb" if in_huge_pool(kernel, pfn) else "anon"


def in_huge_pool(kernel: Any, pfn: int) -> bool:
    """Whether a frame is one of those set aside, or of a huge page that came from there."""
    order = kernel.huge_pool.order
    return pfn >> order << order in kernel.huge_pool.blocks()


def mappings(kernel: Any, pfn: int) -> list[Mapping]:
    """Every entry that maps the frame, found through its reverse mapping; huge pages are left whole."""
    mem_map = kernel.pages.mem_map
    mapping, found = mem_map.mapping.get(pfn), []
    if not mem_map.mapcount[pfn] or mapping is None:
        return found
    pids = {id(mm): pid for pid, mm in address_spaces(kernel).items()}
    for vma in getattr(mapping, "areas", ()):
        va = vma.vm_start + ((mem_map.index[pfn] - vma.vm_pgoff) << 12)
        if vma.vm_start <= va < vma.vm_end and (cell := leaf_cell(vma.mm, va)) is not None:
            pte = vma.mm.cells[cell]
            if pte & PTE_V and vma.mm.entry(va) >> 10 == pfn:
                found.append(Mapping(pids.get(id(vma.mm), 0), va, cell * vma.mm.scheme.pte_size, pte))
    return sorted(found)


def leaf_cell(mm: Mm, va: int) -> int | None:
    """The cell of the leaf for an address: of the last level, or of a huge page."""
    cell = mm.pte_cell(va)
    if cell is None and (huge := mm.huge.get(va >> mm.pmd_shift)) is not None:
        return huge[0]
    return cell


def tables_of(mm: Mm) -> Iterator[tuple[int, str, int]]:
    """(frame, level, first address it maps) of every page table of an address space, the root first. Each frame once:
    entries that the user has set may form a circle.
    """
    seen: set[int] = set()

    def below(table: int, depth: int, va: int) -> Iterator[tuple[int, str, int]]:
        level = mm.scheme.levels[depth]
        if table in seen:
            return
        seen.add(table)
        yield table, level.name, va
        if depth == len(mm.scheme.levels) - 1:
            return
        first = table << mm.cell_shift
        cells = mm.many_cells[first : first + (1 << mm.cell_shift)]
        for index in cells.nonzero()[0].tolist():
            entry = int(cells[index])
            if entry & PTE_V and not is_leaf(entry):
                yield from below(entry >> 10, depth + 1, va | index << level.shift)

    yield from below(mm.pgd, 0, 0)


def table_at(kernel: Any, pfn: int) -> tuple[int, str, int] | None:
    """(pid, level, first address) of the page table in a frame."""
    for pid, mm in address_spaces(kernel).items():
        for frame, level, va in tables_of(mm):
            if frame == pfn:
                return pid, level, va
        if any(table == pfn for _, table in mm.huge.values()):
            return pid, "PTE", 0
    return None


def name_of(session: Any, pa: int) -> str:
    """What lies at a physical address: a symbol, a table's entry, a file's page, an area of a process."""
    kernel = session.kernel
    pfn = pa >> 12
    if not 0 <= pfn < kernel.pages.mem_map.count:
        return ""
    kind = kind_of(kernel, pfn)
    if kind == "table":
        return table_name(kernel, pa)
    users = mappings(kernel, pfn) if kind in ("anon", "file", "shmem") else []
    if users:
        return user_name(session, users, pa)
    mapping = kernel.pages.mem_map.mapping.get(pfn)
    if hasattr(mapping, "host"):
        return f"{file_name(kernel, mapping)} page {kernel.pages.mem_map.index[pfn]}"
    return "zero page" if pfn == kernel.pages.zero_pfn else kind


def table_name(kernel: Any, pa: int) -> str:
    """`PMD[3] of pid 1`."""
    found = table_at(kernel, pa >> 12)
    if found is None:
        return "page table"
    pid, level, _ = found
    size = kernel.tasks[pid].mm.scheme.pte_size
    return f"{level}[{(pa & 4095) // size}] of pid {pid}"


def user_name(session: Any, users: list[Mapping], pa: int) -> str:
    """The symbol at the address in the selected task (else the first user), or its area."""
    mine = next((user for user in users if user.pid == session.pid), users[0])
    mm = session.kernel.tasks[mine.pid].mm
    va = mine.va | pa & 4095
    vma = mm.vma_at(va)
    name = session.symbolize(va) if mine.pid == session.pid else ""
    who = f" of pid {mine.pid}" if mine.pid != session.pid else ""
    return (name or (mm.name_of(vma) if vma else "") or f"{va:#x}") + who


def file_name(kernel: Any, mapping: Any) -> str:
    """The path of a cached file, from an area, an open file or a folder that has it; else its inode number."""
    for vma in mapping.areas:
        return vma.mm.name_of(vma)
    for task in kernel.tasks.values():
        for file in task.files.open.values():
            if getattr(file.inode, "mapping", None) is mapping:
                return file.path
        exe = task.mm.exe_file if task.mm is not None else None
        if exe is not None and getattr(exe.inode, "mapping", None) is mapping:
            return exe.path
    if mapping is kernel.vdso.inode.mapping:
        return "[vdso]"
    return next((path for path, inode in files_below(kernel.fs.root) if inode is mapping.host), "") or (
        f"inode {mapping.host.ino}"
    )


def files_below(root: Directory) -> Iterator[tuple[str, Any]]:
    """(path, inode) in the folders that are in memory, nearest first; of very many not all."""
    folders, left = deque([("", root)]), MOST_FILES
    while folders:
        path, folder = folders.popleft()
        for name, inode in islice(folder.children.items(), left):
            here = f"{path}/{name.decode('utf-8', 'backslashreplace')}"
            yield here, inode
            if isinstance(inode, Directory):
                folders.append((here, inode))
        left -= min(left, len(folder.children))
