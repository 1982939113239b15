"""The first bytes of a program's stack: argc, argv, envp, the auxiliary vector (Linux: create_elf_tables;
getauxval(3)).

sp ► argc │ argv[0] … NULL │ envp[0] … NULL │ (type, value) … AT_NULL │ 16 random bytes │ strings │ path │ 8 zero bytes
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import E2BIG, Errno
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.uaccess import copy_to_user
from emu.kernel.rlimit import RLIMIT_STACK

if TYPE_CHECKING:
    from emu.kernel.binfmt import Binprm
    from emu.kernel.elfmap import Loaded
    from emu.kernel.fs.permission import Ids
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm

AT = {
    "NULL": 0, "PHDR": 3, "PHENT": 4, "PHNUM": 5, "PAGESZ": 6, "BASE": 7, "FLAGS": 8, "ENTRY": 9, "UID": 11, "EUID": 12,
    "GID": 13, "EGID": 14, "PLATFORM": 15, "HWCAP": 16, "CLKTCK": 17, "SECURE": 23, "RANDOM": 25, "HWCAP2": 26,
    "EXECFN": 31, "MINSIGSTKSZ": 51,
}  # fmt: skip
CLK_TCK = 100
MAX_ARG_STRLEN = 32 * PAGE_SIZE
MINSIGSTKSZ = 2048


def build_stack(mm: Mm, top: int, loaded: Loaded, bprm: Binprm, envp: list[bytes]) -> int:
    """Write all of it below `top`; the stack pointer. E2BIG when it would take more than a quarter of the stack."""
    check_size(mm, bprm.argv, envp, bprm.filename)
    kernel, word = mm.kernel, mm.kernel.xlen // 8
    at = top - word
    execfn = at = push(mm, at, bprm.filename + b"\0")
    mm.env_end = at
    envs, at = push_strings(mm, at, envp)
    mm.env_start = mm.arg_end = at
    args, at = push_strings(mm, at, bprm.argv)
    mm.arg_start = at
    at = (at & -16) - kernel.random_below(512) * 16
    random = at = push(mm, at, kernel.random_bytes(16))
    vector = auxiliary(kernel, loaded, bprm.ids, random, execfn)
    words = [len(args), *args, 0, *envs, 0, *vector]
    table = struct.pack(f"<{len(words)}{'Q' if word == 8 else 'I'}", *words)
    mm.auxv = table[-len(vector) * word :]
    return push(mm, (at - len(table)) & -16, table, below=False)


def check_size(mm: Mm, argv: list[bytes], envp: list[bytes], path: bytes) -> None:
    """Do the strings fit on the stack? A quarter of its limit, 6 MB at most, 128 kB each: execve(2), E2BIG."""
    strings = [*argv, *envp, path]
    total = sum(len(s) + 1 for s in strings) + (len(argv) + len(envp)) * mm.scheme.pte_size
    limit = min(max(mm.rlimit(RLIMIT_STACK) // 4, 32 * PAGE_SIZE), 6 << 20)
    if total > limit or any(len(s) >= MAX_ARG_STRLEN for s in strings):
        raise Errno(E2BIG)


def push(mm: Mm, at: int, data: bytes, below: bool = True) -> int:
    """Store data just below (or at) an address; where it starts."""
    start = at - len(data) if below else at
    copy_to_user(mm, start, data)
    return start


def push_strings(mm: Mm, at: int, strings: list[bytes]) -> tuple[list[int], int]:
    """Store strings, the first one lowest; their addresses and the new bottom."""
    blob = b"".join(s + b"\0" for s in strings)
    bottom = push(mm, at, blob)
    addresses, place = [], bottom
    for s in strings:
        addresses.append(place)
        place += len(s) + 1
    return addresses, bottom


def auxiliary(kernel: Kernel, loaded: Loaded, ids: Ids, random: int, execfn: int) -> list[int]:
    """The auxiliary vector, in Linux's order, flat."""
    program, bias = loaded.program, loaded.bias
    pairs = [
        ("HWCAP", kernel.hwcap),
        ("PAGESZ", PAGE_SIZE),
        ("CLKTCK", CLK_TCK),
        ("PHDR", program.phdr + bias if program.phdr else 0),
        ("PHENT", program.phentsize),
        ("PHNUM", program.phnum),
        ("BASE", loaded.base),
        ("FLAGS", 0),
        ("ENTRY", loaded.entry),
        ("UID", ids.uid),
        ("EUID", ids.euid),
        ("GID", ids.gid),
        ("EGID", ids.egid),
        ("SECURE", int(ids.lent)),
        ("RANDOM", random),
        ("HWCAP2", 0),
        ("EXECFN", execfn),
        ("MINSIGSTKSZ", MINSIGSTKSZ),
        ("NULL", 0),
    ]
    return [number for name, value in pairs for number in (AT[name], value)]
