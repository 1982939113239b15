"""Random sequences of mmap, munmap, mprotect, brk and writes against a naive model: a dict of pages."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from kernel_fake import Guest

from emu.kernel.errno import EFAULT, Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user

PAGE = 4096
SPAN = 48  # pages in the playground
page_numbers = st.integers(0, SPAN - 1)
lengths = st.integers(1, 12)
rights = st.sampled_from([0, 1, 3, 5])


class AddressSpace(RuleBasedStateMachine):
    """`pages` is the truth: page number -> [rights, first bytes]."""

    xlen = 64

    def __init__(self) -> None:
        super().__init__()
        self.guest = Guest(self.xlen, ram=2 << 20)
        self.base = self.guest.mmap(SPAN * PAGE)
        self.guest.ok("munmap", self.base, SPAN * PAGE)
        self.pages: dict[int, list] = {}
        self.serial = 0

    def addr(self, page: int) -> int:
        return self.base + page * PAGE

    def span(self, page: int, length: int) -> range:
        return range(page, min(page + length, SPAN))

    @rule(page=page_numbers, length=lengths, prot=rights)
    def mmap_fixed(self, page: int, length: int, prot: int) -> None:
        pages = self.span(page, length)
        self.guest.mmap(len(pages) * PAGE, prot, 0x32, addr=self.addr(page))
        self.pages.update((n, [prot, b"\0\0\0\0"]) for n in pages)

    @rule(page=page_numbers, length=lengths)
    def munmap(self, page: int, length: int) -> None:
        pages = self.span(page, length)
        self.guest.ok("munmap", self.addr(page), len(pages) * PAGE)
        for n in pages:
            self.pages.pop(n, None)

    @rule(page=page_numbers, length=lengths, prot=rights)
    def mprotect(self, page: int, length: int, prot: int) -> None:
        pages = self.span(page, length)
        hole = next((n for n in pages if n not in self.pages), None)
        result = self.guest.errno("mprotect", self.addr(page), len(pages) * PAGE, prot)
        assert result == ("success 0" if hole is None else "ENOMEM")
        for n in pages:
            if n == hole:
                break
            self.pages[n][0] = prot

    @rule(page=page_numbers, offset=st.integers(0, PAGE - 4))
    def write(self, page: int, offset: int) -> None:
        self.serial += 1
        data = self.serial.to_bytes(4, "little")
        allowed = page in self.pages and self.pages[page][0] & 2
        try:
            copy_to_user(self.guest.mm, self.addr(page), data)
            copy_to_user(self.guest.mm, self.addr(page) + offset, data) if offset > 3 else None
        except Errno as error:
            assert error.number == EFAULT
            assert not allowed
        else:
            assert allowed
            self.pages[page][1] = data

    @rule(page=page_numbers)
    def read(self, page: int) -> None:
        allowed = page in self.pages and self.pages[page][0] & 3
        try:
            data = copy_from_user(self.guest.mm, self.addr(page), 4)
        except Errno:
            assert not allowed
        else:
            assert allowed
            assert data == self.pages[page][1]

    @precondition(lambda self: self.pages)
    @rule(length=lengths)
    def brk(self, length: int) -> None:
        start = self.guest.mm.start_brk
        assert self.guest.ok("brk", start + length * 1000) == start + length * 1000

    @invariant()
    def same_areas(self) -> None:
        """The areas cover exactly the model's pages, with its rights, and neighbours that could merge have merged."""
        mm = self.guest.mm
        mine = mm.areas_between(self.base, self.addr(SPAN))
        seen = {(a - self.base) // PAGE: v.vm_flags & 7 for v in mine for a in range(v.vm_start, v.vm_end, PAGE)}
        assert seen == {n: prot for n, (prot, _) in self.pages.items()}
        for left, right in pairwise(mine):
            mergeable = left.anon_vma is right.anon_vma or not left.anon_vma or not right.anon_vma
            same = left.vm_end == right.vm_start and left.vm_flags == right.vm_flags
            assert not (same and mergeable)

    @invariant()
    def kernel_is_sound(self) -> None:
        self.guest.check()


class AddressSpace32(AddressSpace):
    """The same on RV32."""

    xlen = 32


quick = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
TestAddressSpace = pytest.mark.filterwarnings("ignore")(AddressSpace.TestCase)
TestAddressSpace.settings = quick
TestAddressSpace32 = pytest.mark.filterwarnings("ignore")(AddressSpace32.TestCase)
TestAddressSpace32.settings = quick
