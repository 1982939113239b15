"""Linux's error numbers (asm-generic/errno.h) and the exception that carries one up to the system call."""

from __future__ import annotations

EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EAGAIN, ENOMEM, EACCES, EFAULT = range(1, 15)
ENOTBLK, EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ETXTBSY = range(15, 27)
EFBIG, ENOSPC, ESPIPE, EROFS, EMLINK, EPIPE, EDOM, ERANGE = range(27, 35)
EDEADLK, ENAMETOOLONG, ENOLCK, ENOSYS, ENOTEMPTY, ELOOP = range(35, 41)
ENOMSG, EIDRM, ENODATA, ETIME, EPROTO, EBADMSG, EOVERFLOW, ELIBBAD, EILSEQ = 42, 43, 61, 62, 71, 74, 75, 80, 84
ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT, EPROTONOSUPPORT, ESOCKTNOSUPPORT = range(88, 95)
EOPNOTSUPP, EPFNOSUPPORT, EAFNOSUPPORT, EADDRINUSE, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH, ENETRESET = range(95, 103)
ECONNABORTED, ECONNRESET, ENOBUFS, EISCONN, ENOTCONN, ESHUTDOWN, ETOOMANYREFS, ETIMEDOUT = range(103, 111)
ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH, EALREADY, EINPROGRESS, ESTALE = range(111, 117)
EDQUOT, ECANCELED, EOWNERDEAD, ENOTRECOVERABLE = 122, 125, 130, 131
NAMES: dict[int, str] = {number: name for name, number in list(globals().items()) if name.startswith("E")}


class Errno(Exception):
    """A system call failed deep inside; the dispatcher returns -number to the guest."""

    def __init__(self, number: int) -> None:
        super().__init__(NAMES.get(number, str(number)))
        self.number = number


def name_of(number: int) -> str:
    """`ENOMEM` for 12."""
    return NAMES.get(number, f"errno {number}")
