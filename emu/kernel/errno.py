"""Linux's error numbers (asm-generic/errno.h) and the exception that carries one up to the system call."""

from __future__ import annotations

_NAMES = {
    1: "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST "
    "EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM "
    "ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP",
    42: "ENOMSG EIDRM",
    75: "EOVERFLOW",
    88: "ENOTSOCK",
    95: "EOPNOTSUPP",
    110: "ETIMEDOUT",
}
NAMES = {first + i: name for first, names in _NAMES.items() for i, name in enumerate(names.split())}

EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EAGAIN, ENOMEM, EACCES, EFAULT = range(1, 15)
EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ETXTBSY, EFBIG, ENOSPC = range(16, 29)
ESPIPE, EROFS, EMLINK, EPIPE, EDOM, ERANGE, EDEADLK, ENAMETOOLONG, ENOLCK, ENOSYS, ENOTEMPTY, ELOOP = range(29, 41)
ENOMSG, EIDRM, EOVERFLOW, ENOTSOCK, EOPNOTSUPP, ETIMEDOUT = 42, 43, 75, 88, 95, 110
ERESTARTSYS = 512  # never seen by the guest: the system call is to run again when the task wakes


class Errno(Exception):
    """A system call failed deep inside; the dispatcher returns -number to the guest."""

    def __init__(self, number: int) -> None:
        super().__init__(NAMES.get(number, str(number)))
        self.number = number


def name_of(number: int) -> str:
    """`ENOMEM` for 12."""
    return NAMES.get(number, f"errno {number}")
