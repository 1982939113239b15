"""Which system calls `--strace=…` asks for: names, the names of C's functions for them, and strace's classes."""

from __future__ import annotations

from emu.errors import EmuError, did_you_mean
from emu.kernel.strace.signatures import SIGNATURES
from emu.kernel.syscall.numbers import NAMES

# RISC-V has only the newer of two calls; people ask for the one that they know
_ALIASES = """
open=openat mmap=mmap2 lseek=llseek creat=openat stat=newfstatat,statx lstat=newfstatat,statx fstatat=newfstatat
access=faccessat,faccessat2 dup2=dup3 pipe=pipe2 fork=clone vfork=clone unlink=unlinkat rmdir=unlinkat mkdir=mkdirat
mknod=mknodat link=linkat symlink=symlinkat rename=renameat,renameat2 readlink=readlinkat chmod=fchmodat
chown=fchownat poll=ppoll select=pselect6 epoll_create=epoll_create1 epoll_wait=epoll_pwait eventfd=eventfd2
signalfd=signalfd4 getdents=getdents64 sigaction=rt_sigaction sigprocmask=rt_sigprocmask send=sendto recv=recvfrom
wait=wait4 waitpid=wait4 alarm=setitimer pread=pread64 pwrite=pwrite64 getrlimit=prlimit64,getrlimit
setrlimit=prlimit64,setrlimit
"""
ALIASES: dict[str, tuple[str, ...]] = {
    old: tuple(new.split(",")) for old, new in (word.split("=") for word in _ALIASES.split())
}
EVERY = frozenset(SIGNATURES).union(*(names.values() for names in NAMES.values()))
FIRST_KINDS = {"%file": ("path", "dirfd"), "%desc": ("fd", "dirfd")}
_CLASSES = {
    "%process": "clone clone3 execve execveat exit exit_group wait4 waitid kill tkill tgkill",
    "%memory": "brk mmap mmap2 munmap mprotect mremap madvise msync mincore mlock mlock2 munlock mlockall munlockall",
    "%signal": "kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait "
    "rt_sigqueueinfo rt_sigreturn sigaltstack signalfd4",
    "%network": "socket socketpair bind listen accept accept4 connect getsockname getpeername sendto recvfrom sendmsg "
    "recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt",
    "%ipc": "shmget shmat shmdt shmctl",
}


def members(word: str) -> set[str]:
    """The system calls that a word stands for; empty for an unknown one."""
    if word in FIRST_KINDS:
        wanted = FIRST_KINDS[word]
        return {name for name, parameters in SIGNATURES.items() if any(p.kind in wanted for p in parameters)}
    if word in _CLASSES:
        return set(_CLASSES[word].split())
    found = set(ALIASES.get(word, ()))
    if word in EVERY:
        found.add(word)
    return found | {f"{name}{end}" for name in found for end in ("64", "_time64") if f"{name}{end}" in SIGNATURES}


def parse(text: str) -> frozenset[str] | None:
    """`read,write,%file` as a set of names, `!read,write` as all others; None for `all`. EmuError for others."""
    others, text = text.startswith("!"), text.removeprefix("!")
    words = [word.strip() for word in text.split(",") if word.strip()]
    if words in ([], ["all"]):
        return frozenset() if others else None
    chosen = frozenset().union(*map(known_members, words))
    return EVERY - chosen if others else chosen


def known_members(word: str) -> set[str]:
    """What a word stands for; EmuError if nothing."""
    found = members(word)
    if not found:
        known = [*SIGNATURES, *ALIASES, *FIRST_KINDS, *_CLASSES]
        hint = did_you_mean(word, known) or "a name like openat, or a class: %file %desc %memory %process %signal"
        raise EmuError(f"--strace: no system call {word!r}", hint=hint)
    return found
