"""Commands of fcntl(2) (asm-generic/fcntl.h), and those of ioctl(2) that all files know (asm-generic/ioctls.h)."""

from __future__ import annotations

F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN = range(10)
F_SETSIG, F_GETSIG, F_SETOWN_EX, F_GETOWN_EX = 10, 11, 15, 16
F_GETLK64, F_SETLK64, F_SETLKW64 = 12, 13, 14  # RV32
F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW = 36, 37, 38
F_DUPFD_CLOEXEC = 1030
FD_CLOEXEC = 1
FIONCLEX, FIOCLEX, FIONBIO, FIONREAD = 0x5450, 0x5451, 0x5421, 0x541B
