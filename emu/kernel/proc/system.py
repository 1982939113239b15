"""/proc/stat, uptime, loadavg, version, cpuinfo, interrupts, softirqs … (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.irq import IPI_NAMES, SOURCES
from emu.kernel.sched.states import READY, RUNNING
from emu.kernel.softirq import SOFTIRQS
from emu.kernel.syscall.info import RELEASE
from emu.machine.ledger import (
    LEDGER_DISK,
    LEDGER_IDLE,
    LEDGER_IPI,
    LEDGER_IRQ,
    LEDGER_SOFTIRQ,
    LEDGER_SWAP,
    LEDGER_TRAP,
)

if TYPE_CHECKING:
    from emu.kernel.block import Completed
    from emu.kernel.kernel import Kernel


def ticks(kernel: Kernel, cycles: int) -> int:
    """USER_HZ is 100."""
    return cycles * 100 // kernel.options.clock_hz


def cpu_times(kernel: Kernel, cpu: int) -> list[int]:
    """user nice system idle iowait irq softirq steal guest guest_nice, in cycles, from the hart's ledger."""
    ledger = kernel.ledger(cpu)
    idle, wait = ledger[LEDGER_IDLE], ledger[LEDGER_SWAP] + ledger[LEDGER_DISK]
    irq, softirq = ledger[LEDGER_IPI] + ledger[LEDGER_IRQ], ledger[LEDGER_SOFTIRQ]
    system = sum(ledger[LEDGER_TRAP:LEDGER_IDLE]) - wait - irq - softirq
    user = sum(ledger[:LEDGER_TRAP])
    return [user, 0, system, idle, wait, irq, softirq, 0, 0, 0]


def stat(kernel: Kernel) -> bytes:
    rows = [cpu_times(kernel, cpu) for cpu in range(len(kernel.harts))]
    total = [sum(column) for column in zip(*rows, strict=True)]
    lines = ["cpu  " + " ".join(str(ticks(kernel, n)) for n in total)]
    lines += [f"cpu{n} " + " ".join(str(ticks(kernel, value)) for value in row) for n, row in enumerate(rows)]
    states = [task.state for task in kernel.tasks.values()]
    lines += [
        "intr " + " ".join(str(n) for n in (kernel.irqs.total, *kernel.irqs.by_number())),
        f"ctxt {kernel.sched.nr_left}",
        f"btime {kernel.options.epoch}",
        f"processes {kernel.nr_forks + 1}",
        f"procs_running {states.count(RUNNING) + states.count(READY)}",
        f"procs_blocked {sum(task.in_iowait for task in kernel.tasks.values())}",
        "softirq " + " ".join(str(n) for n in (sum(softirq_totals(kernel)), *softirq_totals(kernel))),
    ]
    return ("\n".join(lines) + "\n").encode()


def softirq_totals(kernel: Kernel) -> list[int]:
    """How often each kind was raised, on all harts."""
    return [sum(counts) for counts in kernel.softirqs.counts]


def uptime(kernel: Kernel) -> bytes:
    idle = sum(kernel.ledger(cpu)[LEDGER_IDLE] for cpu in range(len(kernel.harts)))
    return f"{kernel.now_ns() / 1e9:.2f} {kernel.nanoseconds(idle) / 1e9:.2f}\n".encode()


def loadavg(kernel: Kernel) -> bytes:
    states = [task.state for task in kernel.tasks.values()]
    running = states.count(RUNNING) + states.count(READY)
    return f"{kernel.sched.load.text()} {running}/{len(states)} {kernel.last_pid}\n".encode()


def version(kernel: Kernel) -> bytes:
    return f"Linux version {RELEASE} (emu@emu) (Python, numba) #1 SMP\n".encode()


def cpuinfo(kernel: Kernel) -> bytes:
    letters = "".join(letter for letter in "imafdc" if kernel.hwcap >> (ord(letter) - ord("a")) & 1)
    mmu = "sv48" if kernel.xlen == 64 else "sv32"
    isa = f"rv{kernel.xlen}{letters}_zicond_zicsr_zifencei_zihintpause{'_zfa' * ('f' in letters)}_zba_zbb_zbs"
    blocks = [
        f"processor\t: {n}\nhart\t\t: {n}\nisa\t\t: {isa}\nmmu\t\t: {mmu}\nuarch\t\t: emu\n"
        for n in range(len(kernel.harts))
    ]
    return ("\n".join(blocks) + "\n").encode()


def interrupts(kernel: Kernel) -> bytes:
    """Timer and disks by their numbers, then what harts send each other."""
    lines = ["           " + "".join(f"CPU{n:<8}" for n in range(len(kernel.harts)))]
    rows = [(f"{number:>3}: ", kernel.irqs.counts[name], f" {what}") for name, (number, what) in SOURCES.items()]
    rows += [(f"IPI{n}:", counts, f" {IPI_NAMES[n]}") for n, counts in enumerate(kernel.irqs.ipis)]
    lines += [name + "".join(f"{n:10d} " for n in counts) + what for name, counts, what in rows]
    return ("\n".join(lines) + "\n").encode()


def softirqs(kernel: Kernel) -> bytes:
    count = len(kernel.harts)
    lines = ["                    " + "".join(f"CPU{n:<8}" for n in range(count))]
    for name, counts in zip(SOFTIRQS, kernel.softirqs.counts, strict=True):
        lines.append(f"{name + ':':>12}" + "".join(f" {n:10d}" for n in counts))
    return ("\n".join(lines) + "\n").encode()


def filesystems(kernel: Kernel) -> bytes:
    kinds = dict.fromkeys(root.sb.kind for _, root in kernel.fs.mounts)
    return "".join(f"{'' if kind == 'diskfs' else 'nodev'}\t{kind}\n" for kind in kinds).encode()


def milliseconds(kernel: Kernel, cycles: int) -> int:
    return cycles * 1000 // kernel.options.clock_hz


def disk_io(kernel: Kernel, done: Completed) -> list[int]:
    """Requests, merges, sectors, milliseconds; nothing is merged after it was asked for."""
    return [done.requests, 0, done.pages * 8, milliseconds(kernel, done.cycles)]


def diskstats(kernel: Kernel) -> bytes:
    """Documentation/admin-guide/iostats.rst: reads, writes, what is under way, then discards and flushes (none)."""
    lines = []
    for minor, disk in ((0, kernel.disk), (16, kernel.swap_disk)):
        numbers = [*disk_io(kernel, disk.read_done), *disk_io(kernel, disk.write_done), len(disk.requests)]
        waited = disk.read_done.cycles + disk.write_done.cycles
        numbers += [milliseconds(kernel, disk.busy_cycles), milliseconds(kernel, waited), *[0] * 6]
        lines.append(f"{254:4d} {minor:7d} {disk.name} {' '.join(map(str, numbers))}\n")
    return "".join(lines).encode()


def cmdline(kernel: Kernel) -> bytes:
    return f"root=/dev/vda mem={kernel.pages.mem_map.count * 4}K\n".encode()
