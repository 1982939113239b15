"""Control messages: descriptors and credentials that travel with bytes (cmsg(3), unix(7))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL, EPERM, ESRCH, ETOOMANYREFS, Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.net.skb import Control
from emu.kernel.rlimit import RLIMIT_NOFILE
from emu.kernel.syscall.descriptor import install

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.net.receive import Received
    from emu.kernel.net.skb import Credentials
    from emu.kernel.task import Task

SOL_SOCKET, SCM_RIGHTS, SCM_CREDENTIALS = 1, 1, 2
SCM_MAX_FD = 253
MSG_CTRUNC, MSG_CMSG_CLOEXEC = 8, 0x40000000
CONTROL_MAX = 20480  # net.core.optmem_max


def header(kernel: Kernel) -> struct.Struct:
    """struct cmsghdr."""
    return struct.Struct("<Qii" if kernel.xlen == 64 else "<Iii")


def read_control(kernel: Kernel, task: Task, addr: int, length: int) -> Control:
    """All SCM_RIGHTS messages together, and the last SCM_CREDENTIALS. EINVAL EBADF EPERM ESRCH ETOOMANYREFS."""
    if length > CONTROL_MAX:
        raise Errno(EINVAL)
    data, head, word = copy_from_user(task.mm, addr, length) if length else b"", header(kernel), kernel.xlen // 8
    files: list[File] = []
    credentials = None
    at = 0
    while at + head.size <= len(data):
        size, level, kind = head.unpack_from(data, at)
        if size < head.size or at + size > len(data):
            raise Errno(EINVAL)
        body = data[at + head.size : at + size]
        if level == SOL_SOCKET and kind == SCM_RIGHTS:
            files += rights(task, body)
        elif level == SOL_SOCKET and kind == SCM_CREDENTIALS:
            credentials = read_credentials(kernel, task, body)
        elif level == SOL_SOCKET:
            raise Errno(EINVAL)
        at += (size + word - 1) & -word
    if len(files) > SCM_MAX_FD:
        raise Errno(EINVAL)
    if files and kernel.files_in_flight + len(files) > task.process.rlimits[RLIMIT_NOFILE][0]:
        raise Errno(ETOOMANYREFS)
    return Control(files, credentials)


def rights(task: Task, body: bytes) -> list[File]:
    """The files behind descriptors."""
    if len(body) % 4:
        raise Errno(EINVAL)
    numbers = [number for (number,) in struct.iter_unpack("<i", body)]
    if any(number not in task.files.open for number in numbers):
        raise Errno(EBADF)
    return [task.files.get(number) for number in numbers]


def read_credentials(kernel: Kernel, task: Task, body: bytes) -> Credentials:
    """A process may only tell the truth about itself, but root what it likes, of a process that exists."""
    if len(body) != 12:
        raise Errno(EINVAL)
    pid, uid, gid = struct.unpack("<iII", body)
    own_uids, own_gids = (task.uid, task.euid, task.suid), (task.gid, task.egid, task.sgid)
    if task.euid and (pid != task.tgid or uid not in own_uids or gid not in own_gids):
        raise Errno(EPERM)
    if pid not in kernel.tasks:
        raise Errno(ESRCH)
    return pid, uid, gid


def write_control(
    kernel: Kernel, task: Task, addr: int, room: int, got: Received, passcred: bool, flags: int
) -> tuple[int, int]:
    """Install the descriptors and describe them; (bytes used, MSG_CTRUNC if something had no room)."""
    head, word = header(kernel), kernel.xlen // 8
    used = truncated = 0
    if passcred and got.credentials is not None:
        if room >= head.size + 12:
            copy_to_user(
                task.mm,
                addr,
                head.pack(head.size + 12, SOL_SOCKET, SCM_CREDENTIALS) + struct.pack("<iII", *got.credentials),
            )
            used = (head.size + 12 + word - 1) & -word
        else:
            truncated = MSG_CTRUNC
    fits = max(0, (room - used - head.size) // 4)
    numbers: list[int] = []
    files, got.files = got.files, []
    for file in files:
        try:
            if len(numbers) >= fits:
                raise Errno(EINVAL)
            numbers.append(install(task, file.get(), 0o2000000 if flags & MSG_CMSG_CLOEXEC else 0))
        except Errno:
            truncated = MSG_CTRUNC
        file.put()
    if numbers:
        size = head.size + 4 * len(numbers)
        copy_to_user(
            task.mm, addr + used, head.pack(size, SOL_SOCKET, SCM_RIGHTS) + struct.pack(f"<{len(numbers)}i", *numbers)
        )
        used = min(room, used + ((size + word - 1) & -word))
    return used, truncated
