"""The kernel: Linux's mechanisms and names, in Python, on the machine's own memory and page tables.

kernel = Kernel(machine, Options(seed=1))
kernel.spawn(elf_bytes, "/hello", ["hello"], {"HOME": "/"})
exit = kernel.run(Limits(max_insns=10**9))          # Exit(status, signal, reason, card)

kernel boot services clocks            the one object, how it begins, what everybody asks of it
options tunables costs                 what the host user decides, and /proc/sys
loop trap irq softirq                  from the machine into the kernel and back
task pid fork exec exit wait           the life of a process; fork_places
auxv binfmt elf elfmap layout          what exec is made of
futex futex_pi itimer cputime rlimit   what threads wait for and are limited by
signal sigsend siginfo sigframe        delivered, sent, described, on the user's stack
block                                  the disk
fault_card fault_hint fault_text symbols   why a program died
trace trace_call trace_fault           tracepoints; vmstat accounting ps: counts, for /proc and `emu stat`
snapshot frozen frozen_log freezer     copies of all of it
errno panic                            errors: of the guest, and of the emulator
mm/ sched/ fs/ proc/ net/ ipc/ syscall/ strace/ check/    rooms with maps of their own
"""

from emu.kernel.elf import ElfError
from emu.kernel.kernel import Kernel
from emu.kernel.options import Exit, Limits, Mount, Options

__all__ = ["ElfError", "Exit", "Kernel", "Limits", "Mount", "Options"]
