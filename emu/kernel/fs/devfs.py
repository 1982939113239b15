"""/dev: null, zero, full, random, urandom, tty and the standard files (Linux: drivers/char/mem.c, random.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import ENOSPC, Errno
from emu.kernel.fs.directory import Directory, Symlink
from emu.kernel.fs.inode import S_IFCHR, Inode, SuperBlock

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

CHUNK = 65536


NULL, ZERO, FULL, RANDOM, URANDOM = (1 << 8 | minor for minor in (3, 5, 7, 8, 9))
NEVER_POLLED = (NULL, ZERO, FULL)  # they have no poll


class Device(Inode):
    """A character device: `source(n)` gives n bytes to read; what is written vanishes, or is refused when `full`."""

    def __init__(self, sb: SuperBlock, rdev: int, source: Callable[[int], bytes], full: bool = False) -> None:
        super().__init__(sb, S_IFCHR | 0o666)
        self.rdev = rdev
        self.source, self.full = source, full

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        total = 0
        while to.count:
            data = self.source(min(CHUNK, to.count))
            copied = to.put(data)
            total += copied
            if copied < len(data) or not data:
                break
        return total

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        if self.full and source.count:
            raise Errno(ENOSPC)
        return source.count

    def llseek(self, file: File, offset: int, whence: int) -> int:
        return 0


class TtyAlias(Inode):
    """/dev/tty, /dev/console: the terminal behind standard output."""

    def __init__(self, sb: SuperBlock, minor: int, console: Inode) -> None:
        super().__init__(sb, S_IFCHR | 0o666)
        self.rdev = 5 << 8 | minor
        self.console = console

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        return self.console.read_iter(file, to, pos)

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        return self.console.write_iter(file, source, pos)

    def ioctl(self, file: File, command: int, argument: int) -> int:
        return self.console.ioctl(file, command, argument)


def _nothing(count: int) -> bytes:
    return b""


def make_root(kernel: Kernel) -> Directory:
    """The directory /dev."""
    sb = SuperBlock(kernel, "devtmpfs", "dev")
    root = Directory(sb, 0o755, None, b"dev", None)
    random = kernel.random_bytes
    for name, rdev, source, full in (
        (b"null", NULL, _nothing, False),
        (b"zero", ZERO, bytes, False),
        (b"full", FULL, bytes, True),
        (b"random", RANDOM, random, False),
        (b"urandom", URANDOM, random, False),
    ):
        root.add(name, Device(sb, rdev, source, full))
    root.add(b"shm", Directory(sb, 0o1777, root, b"shm", None))
    root.add(b"tty", TtyAlias(sb, 0, kernel.console))
    root.add(b"console", TtyAlias(sb, 1, kernel.console))
    for name, target in ((b"fd", b"/proc/self/fd"), (b"stdin", b"fd/0"), (b"stdout", b"fd/1"), (b"stderr", b"fd/2")):
        root.add(name, Symlink(sb, target))
    return root
