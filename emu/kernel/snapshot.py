"""A copy of the whole kernel, to go back to: everything hangs from one object, so that one deep copy has it all.

What is not state is shared or exchanged: the machine with its memory (whose own copy is the machine's business) and the
host's streams. The copy of a running kernel may be bound to another machine with the same contents.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def copy_kernel(kernel: Kernel, machine: Any = None) -> Kernel:
    """A kernel in the same state, on the same machine or on another one."""
    machine = machine or kernel.machine
    twins: list[tuple[Any, Any]] = [
        (kernel.machine, machine),
        (kernel.ram, machine.ram),
        (kernel.ram64, machine.ram64),
        (kernel.ram32, machine.ram32),
        (kernel.many64, np.frombuffer(machine.ram, dtype=np.uint64)),
        (kernel.many32, np.frombuffer(machine.ram, dtype=np.uint32)),
        *zip(kernel.harts, machine.harts, strict=True),
        *((stream, stream) for stream in (kernel.stdin, kernel.stdout, kernel.stderr)),
    ]
    if kernel.machine.ram is not kernel.ram:
        twins.append((kernel.machine.ram, machine.ram))
    return copy.deepcopy(kernel, {id(old): new for old, new in twins})
