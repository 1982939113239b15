"""Bytes between a pipe and a file, or two pipes, without a buffer of the user's: splice(2), tee(2), vmsplice(2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, EBADF, EINVAL, EISDIR, ESPIPE, Errno
from emu.kernel.fs.file import O_APPEND, O_NONBLOCK, File
from emu.kernel.fs.inode import S_IFREG
from emu.kernel.fs.iov import KernelIter
from emu.kernel.fs.pipe import Pipe
from emu.kernel.sched.wait import WaitQueue, wait_on
from emu.kernel.syscall.file import import_iovec, vfs_read, vfs_write
from emu.kernel.syscall.fsize import check_size
from emu.kernel.syscall.table import Addr, Int, Long, Size, Uint, syscall
from emu.kernel.syscall.transfer import CHUNK, advance, get_offset

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SPLICE_F_NONBLOCK, SPLICE_F_ALL = 2, 0xF


@syscall("splice")
def sys_splice(
    kernel: Kernel, task: Task, fd_in: Int, off_in: Addr, fd_out: Int, off_out: Addr, count: Size, flags: Uint
) -> int:
    if not count:
        return 0
    if flags & ~SPLICE_F_ALL:
        return -EINVAL
    source, target = task.files.get(fd_in), task.files.get(fd_out)
    pipes = isinstance(source.inode, Pipe), isinstance(target.inode, Pipe)
    if (pipes[0] and off_in) or (pipes[1] and off_out):
        return -ESPIPE
    if not source.readable or not target.writable:
        return -EBADF
    if not any(pipes) or source.inode is target.inode or (target.flags & O_APPEND and not pipes[1]):
        return -EINVAL
    wait = not (flags & SPLICE_F_NONBLOCK or ((source.flags | target.flags) & O_NONBLOCK and all(pipes)))
    if pipes[0]:
        return from_pipe(task, source, target, off_out, min(count, CHUNK), wait)
    return to_pipe(task, source, off_in, target, min(count, CHUNK), wait)


@syscall("tee")
def sys_tee(kernel: Kernel, task: Task, fd_in: Int, fd_out: Int, count: Size, flags: Uint) -> int:
    if flags & ~SPLICE_F_ALL:
        return -EINVAL
    if not count:
        return 0
    source, target = task.files.get(fd_in), task.files.get(fd_out)
    if not source.readable or not target.writable:
        return -EBADF
    if not isinstance(source.inode, Pipe) or not isinstance(target.inode, Pipe) or source.inode is target.inode:
        return -EINVAL
    wait = not (flags & SPLICE_F_NONBLOCK or (source.flags | target.flags) & O_NONBLOCK)
    count = min(count, CHUNK, room_in(task, target, wait, own=True))
    return pour(peek(task, source.inode, count, wait), target.inode)


@syscall("vmsplice")
def sys_vmsplice(kernel: Kernel, task: Task, fd: Int, iov: Addr, segments: Long, flags: Uint) -> int:
    """Memory into a pipe, or out of it; the pages are copied."""
    if flags & ~SPLICE_F_ALL:
        return -EINVAL
    file = task.files.get(fd)
    if not isinstance(file.inode, Pipe):
        return -EBADF
    user, wait = import_iovec(kernel, task, iov, segments), not flags & SPLICE_F_NONBLOCK
    if file.writable:
        if user.count and task.restart is None:
            room_in(task, file, wait)
        return vfs_write(task, file, user)
    if user.count:
        peek(task, file.inode, 1, wait)
    return vfs_read(file, user)


def from_pipe(task: Task, source: File, target: File, offset: int, count: int, wait: bool) -> int:
    """What lies in the pipe, as far as the file takes it; the pipe loses what was taken."""
    if isinstance(target.inode, Pipe):
        count = min(count, room_in(task, target, wait, own=True))
        done = pour(peek(task, source.inode, count, wait), target.inode)
        consume(source.inode, done)
        return done
    pos = get_offset(task, offset)
    at = target.pos if pos is None else pos
    data = b"".join(part for part, _ in peek(task, source.inode, count, wait))
    if not data:
        return 0
    if target.inode.kind == S_IFREG:
        check_size(task, at + len(data))
    done = target.inode.write_iter(target, KernelIter(data=data), at)
    consume(source.inode, done)
    if offset or target.inode.kind == S_IFREG:
        advance(task, target, offset, at + done)
    return done


def to_pipe(task: Task, source: File, offset: int, target: File, count: int, wait: bool) -> int:
    """As much of the file as the pipe has room for."""
    if source.inode.is_dir:
        raise Errno(EISDIR)
    pos = get_offset(task, offset)
    at = source.pos if pos is None else pos
    data = KernelIter(min(count, room_in(task, target, wait)))
    source.inode.read_iter(source, data, at)
    if data.data:
        target.inode.write_iter(target, KernelIter(data=bytes(data.data)), 0)
    if offset or source.inode.kind == S_IFREG:
        advance(task, source, offset, at + len(data.data))
    return len(data.data)


def block(task: Task, queue: WaitQueue, wait: bool) -> None:
    """Raises Blocked, or EAGAIN."""
    if not wait:
        raise Errno(EAGAIN)
    wait_on(task, queue)


def room_in(task: Task, target: File, wait: bool, own: bool = False) -> int:
    """Bytes that the pipe takes now, at least one; waits for them. `own`: in buffers of their own. EPIPE EAGAIN."""
    pipe = target.inode
    if not pipe.readers + pipe.opening_readers:
        pipe.write_iter(target, KernelIter(data=b"\0"), 0)
    if not pipe.room(own):
        block(task, pipe.write_wait, wait)
    return pipe.room(own)


def peek(task: Task, pipe: Pipe, count: int, wait: bool) -> list[tuple[bytes, bool]]:
    """The first bytes of a pipe, buffer by buffer, and whether each is a packet; they stay there. Waits for some.
    Nothing without writers. EAGAIN.
    """
    if not pipe.buffers:
        if not pipe.writers + pipe.opening_writers:
            return []
        block(task, pipe.read_wait, wait)
    ram, parts = pipe.sb.kernel.ram, []
    for pfn, offset, length, packet in pipe.buffers:
        at, size = (pfn << 12) + offset, min(length, count)
        parts.append((bytes(ram[at : at + size]), bool(packet)))
        count -= size
        if not count:
            break
    return parts


def pour(parts: list[tuple[bytes, bool]], pipe: Pipe) -> int:
    """Buffers of one pipe into another, as far as there is room; packets stay packets."""
    done = 0
    for data, packet in parts:
        moved = pipe.fill(KernelIter(data=data), packet, own=True)
        done += moved
        if moved < len(data):
            break
    if done:
        pipe.read_wait.wake()
    return done


def consume(pipe: Pipe, count: int) -> None:
    """The pipe loses its first bytes; what is left of a packet is one, too."""
    while count:
        buffer = pipe.buffers[0]
        size = min(count, buffer[2])
        buffer[1], buffer[2], count = buffer[1] + size, buffer[2] - size, count - size
        if not buffer[2]:
            pipe.buffers.popleft()
            pipe.sb.kernel.pages.put_page(buffer[0])
    pipe.write_wait.wake()
