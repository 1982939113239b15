"""Random histories of several address spaces, against the model, in so little memory that everything swaps.

The rules play up to four processes that map, unmap, protect, move, advise, fork, write, read and end; after each step
all invariants of the kernel hold, every TLB agrees with its page table and the areas are the model's. At the end no
frame and no slot of swap may be missing.
"""

from __future__ import annotations

import struct
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from kernel_fake import BSS, Dead
from state_end import check_nothing_left
from state_model import Page, Space, Store
from tlb_guest import TlbGuest

from emu.kernel.errno import Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user

PAGE = 4096
SPAN = 40  # pages of the playground
FILE_PAGES = SPAN + 12
PROCESSES = 4
HEAP = -1000  # page numbers of the heap in the model
RIGHTS = (0, 1, 3, 3, 3, 5, 7)
KINDS = ("anonymous", "anonymous", "shared", "file", "file shared", "memfd shared")
DONTNEED, WILLNEED, FREE, COLD, PAGEOUT = 4, 3, 8, 20, 21

who = st.integers(0, PROCESSES - 1)
place = st.integers(0, SPAN - 1)
length = st.integers(1, 16)
many = st.integers(4, SPAN)
rights = st.sampled_from(RIGHTS)


class AddressSpaces(RuleBasedStateMachine):
    """`spaces[n]` is the model of `tasks[n]`."""

    xlen, harts, thp, ram = 64, 1, "never", 384 << 10
    padding = 0

    @initialize(aslr_seed=st.integers(0, 99))
    def boot(self, aslr_seed: int) -> None:
        self.guest = TlbGuest(
            self.xlen, self.harts, ram=self.ram, swap=4 << 20, thp=self.thp, seed=aslr_seed, poison=True
        )
        self.guest.kernel.sysctl.overcommit_memory = 1
        self.ignore_children()
        self.tasks: list[Any] = [self.guest.task]
        self.spaces = [Space()]
        self.files: dict[str, tuple[int, Store]] = {}
        for name, fd in (("file", self.guest.open("/tmp/file", 0o102)), ("memfd", self.memfd())):
            self.guest.ok("ftruncate" if self.xlen == 64 else "ftruncate64", fd, FILE_PAGES * PAGE, 0)
            self.files[name] = fd, {}
        self.base = 0x40000000  # aligned for a huge page of either width
        self.serial = 0
        if self.padding:
            self.guest.mmap(self.padding, 3, 0x32, addr=self.base + SPAN * PAGE)
        self.mmap(0, 0, SPAN, 3, "anonymous", 0)
        self.write(0, 0, SPAN, 0, False)

    def ignore_children(self) -> None:
        """SIGCHLD is ignored: nobody stays as a zombie, whose structures would fill so small a memory."""
        guest = self.guest
        guest.store(guest.buffer, struct.pack("<QQQ" if self.xlen == 64 else "<IIQ", 1, 0, 0))
        guest.ok("rt_sigaction", 17, guest.buffer, 0, 8)

    def memfd(self) -> int:
        return self.guest.ok("memfd_create", self.guest.string("x"), 0)

    # -- helpers ------------------------------------------------------------------------------------------------------
    def play(self, number: int) -> Space:
        """Put a process on a hart; its model."""
        at = number % len(self.tasks)
        task, guest = self.tasks[at], self.guest
        guest.task = task
        if task.cpu < 0:
            if task.state == "waiting":
                guest.sleep()
            else:
                guest.become(task, self.serial % self.harts)
        guest.kernel.cpu = task.cpu
        return self.spaces[at]

    def addr(self, page: int) -> int:
        return self.base + page * PAGE

    def span(self, page: int, count: int) -> range:
        return range(page, min(page + count, SPAN))

    def maps(self, number: int, page: int, count: int, prot: int, flags: int, fd: int = -1, index: int = 0) -> Space:
        space = self.play(number)
        self.guest.mmap(len(self.span(page, count)) * PAGE, prot, flags, fd, index * PAGE, self.addr(page))
        return space

    # -- areas --------------------------------------------------------------------------------------------------------
    @rule(number=who, page=place, count=many, prot=rights, kind=st.sampled_from(KINDS), index=st.integers(0, 11))
    def mmap(self, number: int, page: int, count: int, prot: int, kind: str, index: int) -> None:
        shared = kind.endswith("shared")
        name = kind.split()[0]
        fd, store = self.files.get(name, (-1, {} if shared else None))
        index = index if fd >= 0 else 0
        space = self.maps(number, page, count, prot, (1 if shared else 2) | 0x10 | (0x20 if fd < 0 else 0), fd, index)
        for n, each in enumerate(self.span(page, count)):
            space.pages[each] = Page(prot, shared, store, index + n)

    @rule(number=who, page=place, count=length)
    def munmap(self, number: int, page: int, count: int) -> None:
        space, pages = self.play(number), self.span(page, count)
        self.guest.ok("munmap", self.addr(page), len(pages) * PAGE)
        for each in pages:
            space.pages.pop(each, None)

    @rule(number=who, page=place, count=length, prot=rights)
    def mprotect(self, number: int, page: int, count: int, prot: int) -> None:
        space, pages = self.play(number), self.span(page, count)
        hole = next((n for n in pages if n not in space.pages), None)
        result = self.guest.errno("mprotect", self.addr(page), len(pages) * PAGE, prot)
        assert result == ("success 0" if hole is None else "ENOMEM")
        for each in pages:
            if each == hole:
                break
            space.pages[each].prot = prot

    @rule(number=who, page=place, count=length, to=place, new_count=length)
    def mremap(self, number: int, page: int, count: int, to: int, new_count: int) -> None:
        """Move a part of an area to a fixed place; it may shrink, or grow when that brings pages of zeroes."""
        space = self.play(number)
        apart = to + new_count <= page or page + count <= to
        if not (space.one_area(page, count) and apart and to + new_count <= SPAN):
            return
        last = space.pages[page + count - 1]
        if new_count > count and last.store is not None:
            return
        addresses = self.addr(page), count * PAGE, new_count * PAGE, 3, self.addr(to)
        if self.guest.errno("mremap", *addresses) == "EFAULT":  # more than one area: the kernel merges less
            assert len(self.guest.mm.areas_between(self.addr(page), self.addr(page + count))) > 1
            return
        moved = [space.pages.pop(page + n) for n in range(count)][:new_count]
        moved += [Page(last.prot) for _ in range(new_count - len(moved))]
        space.pages.update({to + n: each for n, each in enumerate(moved)})

    @rule(number=who, count=st.integers(0, 6))
    def brk(self, number: int, count: int) -> None:
        space = self.play(number)
        start = self.guest.mm.start_brk
        assert self.guest.ok("brk", start + count * PAGE) == start + count * PAGE
        for each in range(HEAP + count, HEAP + space.heap):
            space.pages.pop(each, None)
        space.pages.update({each: Page(3) for each in range(HEAP + space.heap, HEAP + count)})
        space.heap = count

    @rule(
        number=who, page=place, count=length, advice=st.sampled_from([DONTNEED, WILLNEED, COLD, PAGEOUT, PAGEOUT, FREE])
    )
    def madvise(self, number: int, page: int, count: int, advice: int) -> None:
        space, pages = self.play(number), self.span(page, count)
        found = [space.pages[n] for n in pages if n in space.pages]
        if advice == FREE and any(each.store is not None for each in found):
            return
        result = self.guest.errno("madvise", self.addr(page), len(pages) * PAGE, advice)
        assert result == ("success 0" if len(found) == len(pages) else "ENOMEM")
        for each in found:
            if advice == DONTNEED:
                each.forget()
            elif advice == FREE:
                each.may_go()

    # -- contents -----------------------------------------------------------------------------------------------------
    def where(self, page: int) -> int:
        return self.guest.mm.start_brk + (page - HEAP) * PAGE if page < 0 else self.addr(page)

    def numbers(self, space: Space, page: int, count: int) -> range:
        """Pages to use: of the playground, or every third time of the heap."""
        self.serial += 1
        if space.heap and self.serial % 3 == 0:
            return range(HEAP, HEAP + min(space.heap, count))
        return self.span(page, count)

    @rule(number=who, page=place, count=many, offset=st.sampled_from([0, 8, PAGE - 8]), copied=st.booleans())
    def write(self, number: int, page: int, count: int, offset: int, copied: bool) -> None:
        space = self.play(number)
        for each in self.numbers(space, page, count):
            self.serial += 1
            found, addr, data = space.pages.get(each), self.where(each), self.serial.to_bytes(8, "little")
            if found is None or not found.prot & 2:
                self.refused(copy_to_user, addr, data)
                continue
            for at in sorted({0, offset}):
                copy_to_user(self.guest.mm, addr + at, data) if copied else self.guest.store(addr + at, data)
            found.write(self.serial)

    @rule(number=who, page=place, count=many, copied=st.booleans())
    def read(self, number: int, page: int, count: int, copied: bool) -> None:
        space = self.play(number)
        for each in self.numbers(space, page, count):
            found, addr = space.pages.get(each), self.where(each)
            if found is None or not found.prot & 3:
                self.refused(copy_from_user, addr, 8)
                continue
            data = copy_from_user(self.guest.mm, addr, 8) if copied else self.guest.load(addr, 8)
            value = int.from_bytes(data, "little")
            assert value in found.values(), f"page {each}: {value}, not {found.values()}"
            found.seen(value)

    def refused(self, copy: Any, *args: Any) -> None:
        """EFAULT: by the kernel's own way to user memory, so that no signal ends the process."""
        try:
            copy(self.guest.mm, *args)
        except Errno:
            return
        raise AssertionError("an access was let through")

    @rule(number=who, name=st.sampled_from(["file", "memfd"]), index=st.integers(0, FILE_PAGES - 1))
    def pwrite(self, number: int, name: str, index: int) -> None:
        """The other way to a file's pages."""
        self.play(number)
        self.serial += 1
        fd, store = self.files[name]
        self.guest.store(BSS, self.serial.to_bytes(8, "little"))
        assert self.guest.ok("pwrite64", fd, BSS, 8, index * PAGE, 0) == 8
        store[index] = self.serial

    @rule(number=who)
    def fsync(self, number: int) -> None:
        self.play(number)
        self.guest.ok("fsync", self.files["file"][0])

    @rule(cycles=st.sampled_from([1000, 200_000, 50_000_000]))
    def time_passes(self, cycles: int) -> None:
        """Disks finish, daemons get their turn."""
        self.guest.advance(cycles)
        for cpu in range(self.harts):
            self.guest.kernel.sched.preempt(cpu)
        self.guest.kernel.sched.fill_idle_harts()

    # -- processes ----------------------------------------------------------------------------------------------------
    @precondition(lambda self: len(self.tasks) < PROCESSES)
    @rule(number=who)
    def fork(self, number: int) -> None:
        space = self.play(number)
        self.tasks.append(self.guest.fork())
        self.spaces.append(space.fork())

    @precondition(lambda self: len(self.tasks) > 1)
    @rule(number=st.integers(1, PROCESSES - 1))
    def exit(self, number: int) -> None:
        at = 1 + number % (len(self.tasks) - 1)
        self.play(at)
        self.end(at)

    def end(self, at: int) -> None:
        try:
            self.guest.call("exit_group", 0)
        except Dead:
            del self.tasks[at], self.spaces[at]
            self.guest.task = self.tasks[0]
        else:
            raise AssertionError("exit_group came back")

    # -- what must hold -----------------------------------------------------------------------------------------------
    @invariant()
    def kernel_is_sound(self) -> None:
        self.guest.check()
        assert not self.guest.kernel.vm.oom_kill, "there was room on swap"

    @invariant()
    def same_areas(self) -> None:
        for task, space in zip(self.tasks, self.spaces, strict=True):
            seen = {
                (addr - self.base) // PAGE: vma.vm_flags & 7
                for vma in task.mm.areas_between(self.base, self.addr(SPAN))
                for addr in range(max(vma.vm_start, self.base), min(vma.vm_end, self.addr(SPAN)), PAGE)
            }
            assert seen == {n: page.prot for n, page in space.pages.items() if n >= 0}

    def teardown(self) -> None:
        if hasattr(self, "guest"):
            while len(self.tasks) > 1:
                self.play(1)
                self.end(1)
            self.play(0)
            check_nothing_left(self.guest)


class Rv32(AddressSpaces):
    """Sv32."""

    xlen = 32


class TwoHarts(AddressSpaces):
    """Shootdowns."""

    harts = 2


class HugePages(AddressSpaces):
    """Transparent huge pages wherever they fit."""

    thp, ram = "always", 5 << 20
    padding = (2 << 20) - SPAN * PAGE  # behind the playground, so that all of a huge page's range may be one area


class Rv32Harts(Rv32):
    """Both."""

    harts = 2


MACHINES = (AddressSpaces, Rv32, TwoHarts, Rv32Harts, HugePages)


def run(histories: int, steps: int = 60) -> None:
    """So many histories of each kind."""
    wanted = settings(
        max_examples=histories, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    for machine in MACHINES:
        run_state_machine_as_test(machine, settings=wanted)
