"""The kernel: Linux's mechanisms and names, in Python, on the machine's own memory and page tables.

kernel = Kernel(machine, Options(seed=1))
kernel.spawn(elf_bytes, "/hello", ["hello"], {"HOME": "/"})
exit = kernel.run(Limits(max_insns=10**9))          # Exit(status, signal, reason, card)
"""

from emu.kernel.elf import ElfError
from emu.kernel.kernel import Kernel
from emu.kernel.options import Exit, Limits, Mount, Options

__all__ = ["ElfError", "Exit", "Kernel", "Limits", "Mount", "Options"]
