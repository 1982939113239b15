"""Address spaces: mmap, munmap, mprotect, brk, stack growth and the faults under them (their man pages, section 2)."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BASE, BSS, DATA, Dead, FakeMachine, Guest, make_elf

from emu.kernel import Kernel, Options

PAGE = 4096
NONE, R, RW, RX, RWX = 0, 1, 3, 5, 7
FIXED, NOREPLACE, ANON = 0x10, 0x100000, 0x22


def areas(guest: Guest) -> list[tuple[int, int, str]]:
    """The mappings below the mmap base and above the heap: (start, pages, rights), from the lowest."""
    low, high = guest.mm.brk, guest.mm.vdso
    return [(v.vm_start, v.pages, v.letters()) for v in guest.mm.vmas if low <= v.vm_start < high]


def test_anonymous_memory_is_zero_and_lazy(guest: Guest) -> None:
    """A mapping takes no frame until it is touched; a read maps the one zero page, a write takes a frame."""
    free = guest.kernel.pages.nr_free_pages
    addr = guest.mmap(100 * PAGE)
    assert guest.kernel.pages.nr_free_pages == free
    assert guest.load(addr + 50 * PAGE, 8) == bytes(8)
    tables = guest.kernel.pages.nr_table_pages
    rss = guest.mm.rss_anon
    guest.store(addr + 51 * PAGE, b"x")
    assert guest.mm.rss_anon == rss + 1
    guest.store(addr + 50 * PAGE, b"y")
    assert guest.load(addr + 50 * PAGE, 3) == b"y\0\0"
    assert guest.mm.rss_anon == rss + 2
    guest.ok("munmap", addr, 100 * PAGE)
    assert guest.mm.rss_anon == rss
    assert guest.kernel.pages.nr_table_pages <= tables


def test_frames_are_cleared_between_users(guest: Guest) -> None:
    """A page given back and taken again holds zeroes."""
    for _ in range(3):
        addr = guest.mmap(8 * PAGE)
        for n in range(8):
            assert guest.load(addr + n * PAGE, 16) == bytes(16)
            guest.store(addr + n * PAGE, b"secret" * 3)
        guest.ok("munmap", addr, 8 * PAGE)


def test_topdown_and_merging(guest: Guest) -> None:
    """New mappings go below the last one, and anonymous neighbours with the same rights are one area."""
    one = guest.mmap(2 * PAGE)
    two = guest.mmap(3 * PAGE)
    assert two == one - 3 * PAGE
    assert areas(guest) == [(two, 5, "rw-p")]
    three = guest.mmap(PAGE, R)
    assert areas(guest) == [(three, 1, "r--p"), (two, 5, "rw-p")]
    guest.ok("mprotect", three, PAGE, RW)
    assert areas(guest) == [(three, 6, "rw-p")]


def test_holes_are_used_again(guest: Guest) -> None:
    """A hole left by munmap is the first place for a mapping that fits."""
    addr = guest.mmap(10 * PAGE)
    guest.ok("munmap", addr + 4 * PAGE, 2 * PAGE)
    assert [pages for _, pages, _ in areas(guest)] == [4, 4]
    assert guest.mmap(3 * PAGE) < addr
    assert guest.mmap(2 * PAGE) == addr + 4 * PAGE


def test_hints(guest: Guest) -> None:
    """A free hint is taken (rounded up to a page), one that is taken or too low is not."""
    hint = 0x40000000
    assert guest.mmap(PAGE, addr=hint) == hint
    assert guest.mmap(PAGE, addr=hint) != hint
    assert guest.mmap(PAGE, addr=hint + PAGE + 5) == hint + 2 * PAGE
    assert guest.mmap(PAGE, addr=1) >= 0x10000
    assert guest.mmap(PAGE, addr=BASE) != BASE


def test_fixed_replaces(guest: Guest) -> None:
    """MAP_FIXED takes the place of what was there, page by page; MAP_FIXED_NOREPLACE doesn't."""
    addr = guest.mmap(4 * PAGE)
    guest.store(addr, b"a" * 4 * PAGE)
    assert guest.mmap(2 * PAGE, RW, ANON | FIXED, addr=addr + PAGE) == addr + PAGE
    assert guest.load(addr, 1) + guest.load(addr + PAGE, 1) + guest.load(addr + 3 * PAGE, 1) == b"a\0a"
    name = "mmap" if guest.xlen == 64 else "mmap2"
    assert guest.errno(name, addr + PAGE, PAGE, RW, ANON | NOREPLACE, -1, 0) == "EEXIST"
    assert guest.mmap(PAGE, RW, ANON | NOREPLACE, addr=addr - 8 * PAGE) == addr - 8 * PAGE


def test_munmap_over_holes_and_parts(guest: Guest) -> None:
    """munmap takes parts of areas and skips holes."""
    addr = guest.mmap(3 * PAGE)
    guest.mmap(PAGE, RW, ANON | FIXED, addr=addr - 4 * PAGE)
    guest.ok("munmap", addr - 8 * PAGE, 9 * PAGE)
    assert areas(guest) == [(addr + PAGE, 2, "rw-p")]


def test_mprotect(guest: Guest) -> None:
    """Rights of a part of an area change; contents stay, also under PROT_NONE; a hole stops it with ENOMEM."""
    addr = guest.mmap(4 * PAGE)
    guest.store(addr, b"abcd" * PAGE)
    guest.ok("mprotect", addr + PAGE, 2 * PAGE, NONE)
    assert [rights for _, _, rights in areas(guest)] == ["rw-p", "---p", "rw-p"]
    assert guest.errno("write", 1, addr + PAGE, 1) == "EFAULT"
    guest.ok("mprotect", addr, 4 * PAGE, RW)
    assert len(areas(guest)) == 1
    assert guest.load(addr + PAGE, 4) == b"abcd"
    guest.store(addr + PAGE, b"X")
    assert guest.load(addr + PAGE, 4) == b"Xbcd"
    guest.ok("munmap", addr + 2 * PAGE, PAGE)
    assert guest.errno("mprotect", addr, 4 * PAGE, R) == "ENOMEM"
    assert areas(guest)[0] == (addr, 2, "r--p")


@pytest.mark.parametrize(("prot", "allowed"), [(NONE, ""), (R, "r"), (2, "rw"), (RW, "rw"), (4, "x"), (RX, "rx")])
def test_rights(guest: Guest, prot: int, allowed: str) -> None:
    """Each combination of rights lets through what Linux on RISC-V lets through: write implies read."""
    for kind in "rwx":
        it = Guest(guest.xlen)
        addr = it.mmap(PAGE, prot)
        if kind in allowed:
            it.access(addr, kind)
        else:
            with pytest.raises(Dead):
                it.access(addr, kind)
            assert it.kernel.exit.signal == 11
        it.check()


def test_write_to_text_kills(guest: Guest) -> None:
    """Text is read-only and shared with the page cache; data is private."""
    guest.store(DATA, b"mine")
    assert guest.kernel.fs.root.lookup(b"prog").image.endswith(b"DATA")
    with pytest.raises(Dead):
        guest.store(BASE, b"x")
    card = guest.kernel.card
    assert (card.signal, card.access, card.address) == ("SIGSEGV", "store", BASE)
    assert "text" in card.hint


def test_brk(guest: Guest) -> None:
    """The heap grows and shrinks; the old end is returned when it can't."""
    start = guest.ok("brk", 0)
    assert guest.ok("brk", start + 10000) == start + 10000
    guest.store(start + 8000, b"heap")
    assert guest.ok("brk", start - 1) == start + 10000
    top = guest.mm.vmas[-1].vm_end
    assert guest.ok("brk", top) == start + 10000
    assert guest.ok("brk", start + 4096) == start + 4096
    assert guest.ok("brk", start + 10000) == start + 10000
    assert guest.load(start + 8000, 4) == bytes(4)
    assert "[heap]" in [guest.mm.name_of(v) for v in guest.mm.vmas]
    guest.store(BSS, struct.pack("<QQ", 0x4000, 1 << 63))
    guest.ok("prlimit64", 0, 2, BSS, 0)
    assert guest.ok("brk", start + 0x100000) == start + 10000


def test_brk_stops_at_a_mapping(guest: Guest) -> None:
    """brk doesn't run into another area."""
    start = guest.ok("brk", 0)
    guest.mmap(PAGE, RW, ANON | FIXED, addr=start + 4 * PAGE)
    assert guest.ok("brk", start + 4 * PAGE) == start + 4 * PAGE
    assert guest.ok("brk", start + 5 * PAGE) == start + 4 * PAGE


def test_stack_grows_to_its_limit(guest: Guest) -> None:
    """A touch far below the stack grows it, down to RLIMIT_STACK; one page more is SIGSEGV with the right hint."""
    guest = Guest(guest.xlen, ram=16 << 20)
    stack = guest.mm.vmas[-1]
    top = stack.vm_end
    guest.store(top - (1 << 20), b"deep")
    assert stack.vm_start == top - (1 << 20)
    guest.store(top - (8 << 20), b"limit")
    with pytest.raises(Dead):
        guest.store(top - (8 << 20) - 1, b"x")
    assert "Stack overflow" in guest.kernel.card.hint


def test_stack_guard_gap(guest: Guest) -> None:
    """The stack keeps 1 MB away from the mapping below it, and new mappings keep away from the stack."""
    stack = guest.mm.vmas[-1]
    below = stack.vm_end - (4 << 20)
    guest.mmap(PAGE, RW, ANON | FIXED, addr=below)
    guest.store(below + (1 << 20) + 2 * PAGE, b"near")
    with pytest.raises(Dead):
        guest.store(below + 16 * PAGE, b"too near")
    assert "guard gap" in guest.kernel.card.hint


def test_address_space_limit(guest: Guest) -> None:
    """RLIMIT_AS bounds total_vm: mmap fails, the heap doesn't grow, and what exists stays."""
    limit = (guest.mm.total_vm + 10) * PAGE
    guest.store(BSS, struct.pack("<QQ", limit, 1 << 63))
    guest.ok("prlimit64", 0, 9, BSS, 0)
    guest.mmap(8 * PAGE)
    name = "mmap" if guest.xlen == 64 else "mmap2"
    assert guest.errno(name, 0, 8 * PAGE, RW, ANON, -1, 0) == "ENOMEM"
    start = guest.ok("brk", 0)
    assert guest.ok("brk", start + 8 * PAGE) == start


def test_overcommit_guess(guest64: Guest) -> None:
    """A single request beyond all memory is refused in mode 0, granted in mode 1 and with MAP_NORESERVE."""
    guest = guest64
    size = 1 << 30
    assert guest.errno("mmap", 0, size, RW, ANON, -1, 0) == "ENOMEM"
    guest.mmap(size, RW, ANON | 0x4000)
    guest.mmap(size, R)
    guest.kernel.sysctl.overcommit_memory = 1
    guest.mmap(size)
    guest.kernel.sysctl.overcommit_memory = 2
    for flags in (ANON, ANON | 0x4000):  # it heeds no MAP_NORESERVE
        assert guest.errno("mmap", 0, 1 << 20, RW, flags, -1, 0) == "ENOMEM"


def test_overcommit_never(guest64: Guest) -> None:
    """CommitLimit is exact: a page below it is granted, at it not; the process's own 32nd is kept back, and from others
    than root the reserve of the administrator. Shared memory counts with its file, not with MAP_NORESERVE in mode 0.
    """
    guest, vm, sysctl = guest64, guest64.kernel.vm, guest64.kernel.sysctl
    before = vm.committed
    addr = guest.mmap(10 * PAGE, flags=0x21)
    assert vm.committed == before + 10
    guest.ok("munmap", addr, 10 * PAGE)
    assert vm.committed == before
    guest.ok("munmap", guest.mmap(10 * PAGE, flags=0x4021), 10 * PAGE)
    sysctl.overcommit_memory = 2
    limit = guest.kernel.pages.total_pages // 2
    sysctl.user_reserve_kbytes = 0
    room = limit - vm.committed
    assert guest.errno("mmap", 0, room * PAGE, 3, 0x22, -1, 0) == "ENOMEM"
    guest.ok("munmap", guest.mmap((room - 1) * PAGE), (room - 1) * PAGE)
    assert guest.errno("mmap", 0, room * PAGE, 3, 0x4021, -1, 0) == "ENOMEM"  # there it asks in vain
    guest.ok("munmap", guest.mmap((room - 1) * PAGE, flags=0x21), (room - 1) * PAGE)
    guest.mmap(room // 2 * PAGE)
    sysctl.user_reserve_kbytes = 1 << 20
    left = limit - vm.committed - guest.mm.total_vm // 32
    assert guest.errno("mmap", 0, left * PAGE, 3, 0x22, -1, 0) == "ENOMEM"
    guest.ok("munmap", guest.mmap((left - 1) * PAGE), (left - 1) * PAGE)
    sysctl.admin_reserve_kbytes = 40
    guest.ok("setresuid", 1000, 1000, 1000)
    assert guest.errno("mmap", 0, (left - 10) * PAGE, 3, 0x22, -1, 0) == "ENOMEM"
    guest.mmap((left - 11) * PAGE)
    sysctl.overcommit_kbytes = 4 * (vm.committed + 200)
    assert guest.errno("mmap", 0, 200 * PAGE, 3, 0x22, -1, 0) == "ENOMEM"


def test_shared_anonymous(guest: Guest) -> None:
    """MAP_SHARED|MAP_ANONYMOUS is memory of its own, counted as shmem, gone with its last mapping."""
    free = guest.kernel.pages.nr_free_pages
    addr = guest.mmap(4 * PAGE, RW, 0x21)
    guest.store(addr + PAGE, b"shared")
    assert guest.load(addr + PAGE, 6) == b"shared"
    assert guest.mm.rss_shmem == 1
    guest.ok("munmap", addr, 4 * PAGE)
    assert guest.mm.rss_shmem == 0
    assert guest.kernel.pages.nr_free_pages >= free - 2


def test_text_is_shared_with_the_page_cache(guest: Guest) -> None:
    """The first fetch of a page reads it (major), the page beside it came with it (minor)."""
    elf = make_elf(guest.xlen, text=bytes(3000))
    kernel = Kernel(FakeMachine(4 << 20, guest.xlen), Options())
    kernel.spawn(elf, "/a", ["a"])
    cached = kernel.fs.root.lookup(b"a").mapping.pages
    assert len(cached) == 2
    guest.access(BASE, "x")
    assert guest.mm.rss_file == 1
    assert guest.kernel.pages.mem_map.mapcount[guest.mm.cells[guest.mm.pte_cell(BASE)] >> 10] == 1


def test_out_of_memory(guest: Guest) -> None:
    """When every frame is used up and nothing can be reclaimed the process is killed, and all frames come back."""
    small = Guest(guest.xlen, ram=512 << 10)
    addr = small.mmap(100 * PAGE)
    with pytest.raises(Dead):
        for n in range(1000):
            small.store(addr + n * PAGE, b"x")
    assert small.kernel.exit.signal in (9, 11)
    small.check()
