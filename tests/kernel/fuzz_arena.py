"""The memory that fuzzed processes work in: pointers of every kind, strings, structures."""

from __future__ import annotations

import random
from typing import Any

import fuzz_arguments as a

from emu.kernel.errno import Errno
from emu.kernel.mm.uaccess import copy_to_user

MASK = (1 << 64) - 1
WORDS = (0, 1, 2, 3, 8, 64, 100, 4096, 1 << 16, 999_999, 1 << 31, 1 << 32, MASK, MASK - 1, 1 << 63)


class Arena:
    """The current task's memory. `call` is the world's."""

    rng: random.Random
    xlen: int
    options: dict[str, Any]
    task: Any
    guest: Any
    hostile = True  # whether the next call's arguments are chosen to hurt
    strings = 0

    @property
    def mm(self) -> Any:
        return self.task.mm

    def call(self, number: int, values: list[int]) -> None:
        raise NotImplementedError  # World in fuzz_world.py has it

    def poke(self, addr: int, data: bytes) -> bool:
        """Store bytes as the program would, but without trouble when it can't."""
        try:
            copy_to_user(self.mm, addr, data)
        except Errno:
            return False
        return True

    def string(self, text: bytes) -> int:
        self.strings = (self.strings + 1) % 6
        at = a.STRINGS + self.strings * 0x1100
        self.poke(at, text + b"\0")
        return at

    def strings_array(self) -> int:
        """argv: a few strings and a null pointer."""
        size = self.xlen // 8
        words = [self.string(b"argument") for _ in range(self.rng.randrange(3))] + [0]
        self.poke(a.STRUCTS + 0x7000, b"".join(word.to_bytes(size, "little") for word in words))
        return a.STRUCTS + 0x7000

    def attached(self, rng: random.Random) -> int:
        """Where a shared file is mapped, if any is."""
        found = [
            vma.vm_start for vma in self.mm.vmas if vma.vm_file is not None and vma.vm_file.path.startswith("/SYSV")
        ]
        return rng.choice(found or [a.SHARED])

    def mapped(self, rng: random.Random) -> int:
        """An address in any area."""
        vma = rng.choice(self.mm.vmas) if self.mm.vmas else None
        return rng.randrange(vma.vm_start, min(vma.vm_end, vma.vm_start + (1 << 20))) if vma else 0

    def make_arena(self) -> None:
        """The memory that pointers lead to, in its several kinds."""
        offset = 1 if self.xlen == 64 else 12
        mmap = self.guest.numbers["mmap" if self.xlen == 64 else "mmap2"]
        fd = next((fd for fd, file in self.task.files.open.items() if file.path == "/prog" and file.readable), None)
        plan = [
            (a.ARENA, a.ARENA_SIZE, 3, 0x32, -1),
            (a.READ_ONLY, 4096, 1, 0x32, -1),
            (a.NO_ACCESS, 4096, 0, 0x32, -1),
        ]
        plan += [(a.HUGE, a.HUGE_SIZE, 3, 0x4032, -1)] if self.options["ram"] > 4 << 20 else []
        plan += [(a.SHARED, 0x4000, 3, 0x31, -1)]
        plan += [(a.BEYOND_FILE, 0x2000, 3, 0x12, fd)] if fd is not None else []
        for addr, length, prot, flags, file in plan:
            self.call(mmap, [addr, length, prot, flags, file, 0x1000 >> offset if file >= 0 else 0])
        for addr, length in ((a.HOLE, 4096), (a.EDGE, 4096)):
            self.call(self.guest.numbers["munmap"], [addr, length, 0, 0, 0, 0])

    def prepare(self) -> None:
        """What all processes inherit: the arena, and open files of many kinds."""
        self.make_arena()
        for name, flags in (
            ("/tmp/a", 0o102),
            ("/dev/shm/a", 0o102),
            ("/tmp", 0),
            ("/proc/self/maps", 0),
            ("/mnt/file", 0),
        ):
            self.call(self.guest.numbers["openat"], [-100, self.string(name.encode()), flags, 0o644, 0, 0])
        self.call(self.guest.numbers["pipe2"], [a.STRUCTS, 0, 0, 0, 0, 0])
        self.call(self.guest.numbers["memfd_create"], [self.string(b"name"), 0, 0, 0, 0, 0])

    def scribble(self) -> None:
        """Words that may be pointers, sizes, times, descriptors."""
        rng = self.rng
        self.hostile = rng.random() < 0.5
        if rng.random() < 0.3:  # pieces of memory, for readv and writev
            words = [word for _ in range(8) for word in (a.address(rng, self) & MASK, rng.randrange(5000))]
        else:
            words = [rng.choice((rng.choice(WORDS), a.address(rng, self) & MASK, rng.randrange(12))) for _ in range(16)]
        size = rng.choice((4, 8))
        data = b"".join((word & (1 << 8 * size) - 1).to_bytes(size, "little") for word in words)
        self.poke(a.STRUCTS + 64 * rng.randrange(64), data)
