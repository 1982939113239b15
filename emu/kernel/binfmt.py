"""Which program a file stands for that is executed: itself, or the interpreter that a script names in its first line
(Linux: fs/exec.c, fs/binfmt_script.c; execve(2), "Interpreter scripts").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emu.kernel.errno import EACCES, ELOOP, ENOENT, ENOEXEC, ETXTBSY, Errno
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.file import O_RDONLY, File
from emu.kernel.fs.inode import S_IFLNK, S_IFREG, Inode
from emu.kernel.fs.iov import KernelIter
from emu.kernel.fs.permission import MAY_EXEC, ROOT_IDS, Ids, cred_of, permission

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

BINPRM_BUF_SIZE = 256  # how much of a script's first line is looked at
MAX_DEPTH = 5  # interpreters that are scripts themselves
BLANKS = b" \t"
WORDS = re.compile(rb"[ \t]*([^ \t]*)(.*)", re.DOTALL)


@dataclass(slots=True)
class Binprm:
    """What execve is about to load: `file` is held until `put`. `filename` is the name that was asked for (AT_EXECFN,
    comm), `interp` the one by which a script is handed to its interpreter.
    """

    file: File
    filename: bytes
    interp: bytes
    argv: list[bytes]
    cwd: DirBase  # where relative names start
    unreachable: bool = False  # the file's name is one of a descriptor that will be closed
    ids: Ids = ROOT_IDS

    def replace_file(self, file: File) -> None:
        """Another file is to be executed: the interpreter of the one that was."""
        self.file.put()
        self.file = file


def read_at(inode: Inode, offset: int, size: int) -> bytes:
    """The kernel's own read of a file."""
    to = KernelIter(size)
    inode.read_iter(None, to, offset)
    return bytes(to.data)


def check_executable(inode: Inode) -> None:
    """EACCES unless it is a regular file with an x bit, ELOOP if it is a link that was not to be followed,
    ETXTBSY while somebody has it open to write."""
    if inode.kind == S_IFLNK:
        raise Errno(ELOOP)
    if inode.kind != S_IFREG:
        raise Errno(EACCES)
    permission(cred_of(inode.sb.kernel.current), inode, MAY_EXEC)
    if inode.writers:
        raise Errno(ETXTBSY)


def open_exec(kernel: Kernel, start: DirBase, path: bytes) -> File:
    """The executable at a path. EACCES and what a walk may raise."""
    if not path:
        raise Errno(EACCES)
    found = kernel.fs.walk(start, path)
    inode = kernel.fs.lookup(start, path) if found.inode is None else found.inode
    check_executable(inode)
    return File(inode, O_RDONLY, found.path)


class NoInterpreter(Errno):
    """A program that exists, but the one that is to interpret it can't be opened."""

    def __init__(self, number: int, name: bytes) -> None:
        super().__init__(number)
        self.name = name


def open_interpreter(kernel: Kernel, bprm: Binprm, name: bytes) -> File:
    """What a script or a dynamically linked program names as its interpreter. NoInterpreter."""
    try:
        return open_exec(kernel, bprm.cwd, name)
    except Errno as error:
        raise NoInterpreter(error.number, name) from None


def find_interpreter(kernel: Kernel, bprm: Binprm) -> None:
    """As long as the file is a script, go over to its interpreter and put its words before the arguments.

    ENOEXEC for a first line without a name, ENOENT when the interpreter could not open the script, ELOOP beyond
    MAX_DEPTH, and what opening an interpreter may raise.
    """
    for _ in range(MAX_DEPTH + 1):
        words = first_line(read_at(bprm.file.inode, 0, BINPRM_BUF_SIZE))
        if words is None:
            return
        if bprm.unreachable:
            raise Errno(ENOENT)
        bprm.argv = [*words, bprm.interp, *bprm.argv[1:]]
        bprm.replace_file(open_interpreter(kernel, bprm, words[0]))
        bprm.interp = words[0]
    raise Errno(ELOOP)


def first_line(head: bytes) -> list[bytes] | None:
    """A script's interpreter and, if there is one, the argument: all that follows, blanks inside included. None if
    it is no script. The line ends with a newline, a NUL, or with the buffer, which may cut the argument but not the
    name: ENOEXEC.
    """
    if head[:2] != b"#!":
        return None
    text, newline, _ = head[2:].split(b"\0")[0].partition(b"\n")
    cut = len(text) == BINPRM_BUF_SIZE - 2
    name, rest = WORDS.fullmatch(text.rstrip(BLANKS) if newline else text).groups()
    if (cut and not rest) or (newline and not name):
        raise Errno(ENOEXEC)
    if cut:
        rest = rest[:-1].rstrip(BLANKS)
    return [name, rest.lstrip(BLANKS)] if rest else [name]
