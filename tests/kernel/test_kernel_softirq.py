"""Interrupts: top halves, softirqs with a budget, ksoftirqd, IPIs; who waits for the disk sleeps (proc(5))."""

from __future__ import annotations

import re

import pytest
from kernel_fake import BSS, Asleep, Guest

from emu.isa import causes
from emu.kernel.irq import IPI_RESCHEDULE
from emu.kernel.itimer import itimer_of
from emu.kernel.softirq import BLOCK, MAX_RESTART, SCHED, SOFTIRQS, TIMER, WEIGHT
from emu.kernel.trace import Tracer
from emu.machine.ledger import LEDGER_IRQ, LEDGER_SOFTIRQ

PAGE = 4096
BUF = BSS + 0x800


def disk_file(guest: Guest, pages: int) -> int:
    """A file on the disk, nothing of it cached; its descriptor."""
    fd = guest.open("/tmp-on-disk", 0o102)
    addr = guest.mmap(pages * PAGE)
    for n in range(pages):
        guest.store(addr + n * PAGE, bytes([n + 1]) * 8)
    guest.ok("write", fd, addr, pages * PAGE)
    guest.ok("fsync", fd)
    guest.ok("close", fd)
    drop = guest.open("/proc/sys/vm/drop_caches", 1)
    guest.store(BUF, b"1\n")
    guest.ok("write", drop, BUF, 2)
    guest.ok("munmap", addr, pages * PAGE)
    return guest.open("/tmp-on-disk")


def read_file(guest: Guest, path: str) -> str:
    fd = guest.open(path)
    size = guest.ok("read", fd, BUF, 1500)
    return guest.load(BUF, size).decode()


def softirqs(guest: Guest, kind: int) -> int:
    return sum(guest.kernel.softirqs.counts[kind])


def test_a_disk_request_ends_with_an_interrupt_and_a_softirq(guest: Guest) -> None:
    """One request: one interrupt of the device, one BLOCK softirq, and their cycles."""
    fd = disk_file(guest, 1)
    kernel, hart = guest.kernel, guest.hart
    before = kernel.irqs.counts["vda"][0], softirqs(guest, BLOCK), list(hart.ledger)
    assert guest.ok("read", fd, BUF, 8) == 8
    assert guest.load(BUF, 8) == b"\x01" * 8
    assert (kernel.irqs.counts["vda"][0], softirqs(guest, BLOCK)) == (before[0] + 1, before[1] + 1)
    assert hart.ledger[LEDGER_IRQ] - before[2][LEDGER_IRQ] == kernel.costs["irq"]
    assert hart.ledger[LEDGER_SOFTIRQ] - before[2][LEDGER_SOFTIRQ] == kernel.costs["softirq"]


def test_who_reads_from_the_disk_sleeps() -> None:
    """read(2) leaves the hart to others, in state D; a long read goes on where it was and has every byte once."""
    guest = Guest(ram=8 << 20)
    fd = disk_file(guest, 60)
    target = guest.mmap(60 * PAGE)
    reader, other = guest.task, guest.fork()
    x = guest.hart.x
    x[17], x[10], x[11], x[12] = guest.numbers["read"], fd, target, 60 * PAGE
    with pytest.raises(Asleep):
        guest.trap(causes.ECALL_U)
    assert reader.state == "waiting" and reader.in_iowait
    guest.kernel.sched.fill_idle_harts()
    assert guest.kernel.sched.running[0] is other
    guest.sleep()
    while True:
        try:
            assert guest.again() == 60 * PAGE
            break
        except Asleep:
            guest.sleep()
    assert [guest.load(target + n * PAGE, 1)[0] for n in range(60)] == list(range(1, 61))
    assert guest.ok("read", fd, target, 8) == 0
    guest.check()


def test_timers_expire_in_a_softirq(guest: Guest) -> None:
    """A sleep ends with a timer interrupt and the TIMER softirq."""
    guest.store(BUF, bytes(8) + (1_000_000).to_bytes(8, "little"))
    with pytest.raises(Asleep):
        guest.call("clock_nanosleep_time64" if guest.xlen == 32 else "clock_nanosleep", 1, 0, BUF, 0)
    guest.sleep()
    assert guest.again() == 0
    assert guest.kernel.irqs.counts["timer"][0] == softirqs(guest, TIMER) == 1


def test_too_much_at_once_is_left_to_ksoftirqd() -> None:
    """Ten rounds of 16 timers on the way out of the interrupt; the rest in the thread, when it is its turn."""
    guest = Guest()
    kernel, rang = guest.kernel, []
    most = MAX_RESTART * WEIGHT
    for n in range(most + 40):
        kernel.timers.add(kernel.now + 10, lambda n=n: rang.append(n))
    guest.advance(100)
    assert rang == list(range(most))
    thread = kernel.softirqs.threads[0]
    assert thread.state == "ready"
    assert kernel.irqs.next_event() is None  # served already, in a way: no further interrupt for them
    assert kernel.events.counts["wakeup_ksoftirqd"] == 1
    kernel.sched.preempt(0)
    kernel.sched.fill_idle_harts()
    assert rang == list(range(most + 40))
    assert (thread.state, thread.comm) == ("waiting", "ksoftirqd/0")
    assert softirqs(guest, TIMER) == MAX_RESTART + 3
    assert kernel.irqs.counts["timer"] == [1]


def test_a_tick_ends_the_slice() -> None:
    """The timer interrupts at the slice's end: another task's turn, and a SCHED softirq; alone, the task goes on."""
    guest = Guest()
    slice_cycles = guest.kernel.sched.policy.slice_cycles
    guest.advance(slice_cycles)
    assert guest.kernel.sched.running[0] is guest.task
    parent, child = guest.task, guest.fork()
    guest.advance(slice_cycles)
    guest.kernel.sched.fill_idle_harts()
    assert guest.kernel.sched.running[0] is child
    assert parent.nivcsw == 1
    assert softirqs(guest, SCHED) == 2


def test_an_idle_hart_is_woken_by_an_interrupt() -> None:
    """Once; while it has work it needs none."""
    guest = Guest(harts=2)
    sched, ipis = guest.kernel.sched, guest.kernel.irqs.ipis[IPI_RESCHEDULE]
    guest.kernel.cpu = guest.task.cpu
    before, child = sum(ipis), guest.fork()
    sched.fill_idle_harts()
    assert (sum(ipis), sched.running[child.cpu]) == (before + 1, child)
    sched.preempt(child.cpu)
    sched.fill_idle_harts()
    assert sum(ipis) == before + 1


def test_proc_interrupts() -> None:
    """As Linux on RISC-V prints it: a column for each hart."""
    guest = Guest(harts=2)
    guest.advance(1)
    text = read_file(guest, "/proc/interrupts")
    lines = text.splitlines()
    assert lines[0] == "           CPU0       CPU1       "
    assert re.fullmatch(r"  5: +\d+ +\d+  RISC-V INTC   5 Edge      riscv-timer", lines[1])
    assert re.fullmatch(r"  8: +\d+ +\d+  SiFive PLIC   1 Edge      virtio0", lines[2])
    assert re.fullmatch(r"IPI0: +\d+ +\d+ +Rescheduling interrupts", lines[4])
    assert re.fullmatch(r"IPI1: +\d+ +\d+ +Function call interrupts", lines[5])


def test_proc_softirqs_and_stat() -> None:
    """Each kind a line; /proc/stat has the sums, and the time that they took."""
    guest = Guest()
    guest.kernel.timers.add(guest.kernel.now + 10, lambda: None)
    guest.advance(100)
    lines = read_file(guest, "/proc/softirqs").splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == list(SOFTIRQS)
    assert lines[1 + TIMER].split() == ["TIMER:", "1"]
    stat = read_file(guest, "/proc/stat")
    assert re.search(r"^softirq 1 0 1 0 0 0 0 0 0 0 0$", stat, re.MULTILINE)
    assert re.search(r"^intr 1 0 0 0 0 0 1( 0){10}$", stat, re.MULTILINE)  # the timer is number 5


def test_tracepoints() -> None:
    """An interrupt is heard of: its top half, then its bottom halves."""
    guest = Guest()
    heard = []
    guest.kernel.tracer = Tracer(lambda record: heard.append((record.kind, record.fields["name"])), ("irq", "softirq"))
    guest.kernel.timers.add(guest.kernel.now + 10, lambda: None)
    guest.advance(100)
    assert heard == [("irq", "timer"), ("softirq", "TIMER")]


@pytest.mark.parametrize("interval", [1, 999])
def test_a_hostile_interval_leaves_time_for_the_guest(interval: int) -> None:
    """setitimer with a period shorter than the handling of its signal: missed periods are passed over."""
    guest = Guest()
    fires = []
    timer = itimer_of(guest.task.process, 0)
    guest.task.blocked = 1 << 13  # SIGALRM stays pending
    timer.set(guest.kernel.now + 10, interval)
    for _ in range(5):
        guest.advance(1_000_000)
        fires.append(timer.next - guest.kernel.now)
    assert all(left > 1000 for left in fires)
    assert softirqs(guest, TIMER) <= 10
