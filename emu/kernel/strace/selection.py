"""Which system calls `--strace=…` asks for: names, the names of C's functions for them, and strace's classes."""

from __future__ import annotations

import re
import warnings

from emu.errors import EmuError, did_you_mean
from emu.kernel.strace.classes import BARE, CLASSES
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

BRACKET, CLASS = re.compile(r"\[\^?\]?(?:[^][]|\[:\w+:\])+\]"), re.compile(r"\[:(\w+):\]")
CHARACTERS = {
    "alpha": "a-zA-Z",
    "lower": "a-z",
    "upper": "A-Z",
    "digit": "0-9",
    "xdigit": "0-9a-fA-F",
    "alnum": "a-zA-Z0-9",
    "punct": "!-/:-@\\[-`{-~",
    "graph": "!-~",
    "print": " -~",
    "blank": " \\t",
    "space": r"\s",
    "cntrl": "\\x00-\\x1f\\x7f",
}


def members(word: str) -> set[str]:
    """The system calls that a word stands for; empty for an unknown one."""
    if word in CLASSES or word in BARE:
        return set(CLASSES[f"%{word.removeprefix('%')}" if word in BARE else word])
    if word.startswith("/"):
        return matching(word[1:])
    if word.isascii() and word.isdigit() and len(word) < 5:
        return {names[int(word)] for names in NAMES.values() if int(word) in names}
    found = set(ALIASES.get(word, ()))
    if word in EVERY:
        found.add(word)
    return found | {f"{name}{end}" for name in found for end in ("64", "_time64") if f"{name}{end}" in SIGNATURES}


def matching(pattern: str) -> set[str]:
    """The calls in whose names a regular expression is found. EmuError if it is none."""
    translated = BRACKET.sub(lambda found: CLASS.sub(character_class, found[0]), pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what will be an error some day
            return {name for name in EVERY if re.search(translated, name)}
    except (re.error, Warning, RecursionError, OverflowError) as error:
        raise EmuError(f"--strace: /{pattern} is no regular expression: {error}", hint="like /^get") from None


def character_class(found: re.Match[str]) -> str:
    """POSIX's name of a class, in Python's characters; an unknown one stays, and is refused."""
    return CHARACTERS.get(found[1], found[0])


def parse(text: str) -> frozenset[str] | None:
    """`read,write,%file` as a set of names, `!read,write` as all others; None for `all`. EmuError for others."""
    others, text = text.startswith("!"), text.removeprefix("!")
    words = [word.strip() for word in text.split(",") if word.strip()]
    if words in ([], ["all"]):
        return frozenset() if others else None
    if words == ["none"]:
        return None if others else frozenset()
    chosen = frozenset().union(*map(known_members, words))
    return EVERY - chosen if others else chosen


def known_members(word: str) -> set[str]:
    """What a word stands for; EmuError if nothing, unless it begins with a question mark."""
    found = members(word.removeprefix("?"))
    if not found and word.startswith("/"):
        raise EmuError(f"--strace: no system call's name matches {word!r}", hint="like /^get")
    if not found and not word.startswith("?"):
        known = [*SIGNATURES, *ALIASES, *CLASSES, *BARE]
        hint = did_you_mean(word, known) or "a name like openat, or a class: %file %desc %memory %process %signal"
        raise EmuError(f"--strace: no system call {word!r}", hint=hint)
    return found
