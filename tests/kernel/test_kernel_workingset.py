"""What is in use: pages of files that are read again, pages that come back, pages that are wanted on their way out."""

from __future__ import annotations

import re

from kernel_pressure import PAGE, fill, small

from emu.kernel.mm.lru import ACTIVE_FILE, INACTIVE_FILE
from emu.kernel.proc.events import vmstat


def test_shared_page_wanted_while_it_is_written() -> None:
    """A page of shared memory that is touched on its way to swap is the file's again, and of no use to swap; nobody
    scanned for it (MADV_PAGEOUT), so it is no stolen page.
    """
    guest = small(swap=1 << 20)
    addr = guest.mmap(PAGE, flags=0x21)
    guest.store(addr, b"here")
    guest.ok("madvise", addr, PAGE, 21)
    kernel = guest.kernel
    assert (len(kernel.swap.cache), kernel.vm.nr_shmem) == (1, 0)
    assert guest.load(addr, 4) == b"here"
    assert (len(kernel.swap.cache), kernel.vm.nr_shmem) == (0, 1)
    assert kernel.vm.pgsteal_anon == kernel.vm.pgscan_anon == 0
    guest.check()


def test_second_reading_makes_pages_of_a_file_active() -> None:
    """mark_page_accessed: the first read is remembered, the second activates; reads that go on in one page are one."""
    guest = small(swap=0)
    kernel, fd, buf = guest.kernel, guest.open("/tmp/twice", 0o102), guest.mmap(4 * PAGE)
    guest.ok("write", fd, buf, 4 * PAGE)
    files = [kernel.pages.lru.lists[which] for which in (INACTIVE_FILE, ACTIVE_FILE)]

    def read(step: int) -> tuple[int, int]:
        """All of the file, in steps; what the lists have more than before it was written."""
        guest.ok("lseek", fd, 0, 0)
        for _ in range(0, 4 * PAGE, step):
            guest.ok("read", fd, buf, step)
        kernel.pages.lru.drain()
        return files[0].count - start[0], files[1].count - start[1]

    kernel.pages.lru.drain()
    start, activated = (files[0].count - 4, files[1].count), kernel.vm.pgactivate
    assert read(PAGE // 2) == (4, 0)
    assert read(4 * PAGE) == (0, 4)
    assert kernel.vm.pgactivate - activated == 4
    guest.check()


def pgpgin(kernel) -> int:
    return int(re.search(rb"^pgpgin (\d+)$", vmstat(kernel), re.MULTILINE)[1])


def test_every_page_that_comes_back_is_a_refault() -> None:
    """workingset_refault_anon counts what is read ahead too, and pgpgin has it in kB."""
    guest = small(swap=1 << 20)
    addr = guest.mmap(8 * PAGE)
    fill(guest, addr, 8)
    guest.ok("madvise", addr, 8 * PAGE, 21)
    kernel = guest.kernel
    kernel.swap_disk.complete(1 << 60)
    before = pgpgin(kernel)
    guest.load(addr, 1)
    assert kernel.vm.pswpin > 1
    assert kernel.vm.workingset_refault_anon == kernel.vm.pswpin
    assert pgpgin(kernel) - before == 4 * kernel.vm.pswpin
