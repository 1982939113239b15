"""Who may do what with a file: owner, group, others, and root who may nearly everything (Linux: fs/namei.c,
generic_permission; inode(7), path_resolution(7)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emu.kernel.errno import EACCES, EPERM, Errno
from emu.kernel.fs.inode import S_IFREG, Inode

if TYPE_CHECKING:
    from emu.kernel.task import Task

MAY_EXEC, MAY_WRITE, MAY_READ = 1, 2, 4
S_ISUID, S_ISGID, S_ISVTX = 0o4000, 0o2000, 0o1000
KEEP = 0xFFFFFFFF  # (uid_t)-1: leave it as it is


class Cred(NamedTuple):
    """Who asks: the numbers of the user and of the groups."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def in_group(self, gid: int) -> bool:
        """Whether the group is its own or a supplementary one."""
        return gid == self.gid or gid in self.groups


ROOT = Cred(0, 0)


def cred_of(task: Task | None) -> Cred:
    """Whose rights a task acts with; the kernel itself acts as root."""
    return ROOT if task is None else Cred(task.fsuid, task.fsgid, task.groups)


def real_cred_of(task: Task) -> Cred:
    """Who started it: whom access(2) asks for."""
    return Cred(task.uid, task.gid, task.groups)


def allowed(cred: Cred, inode: Inode, mask: int) -> bool:
    """Whether the mode of a file lets somebody do all that MASK says."""
    if not cred.uid:  # CAP_DAC_OVERRIDE: but what nobody may execute, root may not
        return not mask & MAY_EXEC or inode.is_dir or bool(inode.mode & 0o111)
    if cred.uid == inode.uid:
        return not mask & ~(inode.mode >> 6)
    return not mask & ~(inode.mode >> 3 if cred.in_group(inode.gid) else inode.mode)


def permission(cred: Cred, inode: Inode, mask: int) -> None:
    """EACCES."""
    if not allowed(cred, inode, mask):
        raise Errno(EACCES)


def must_own(cred: Cred, inode: Inode) -> None:
    """EPERM for all but the owner and root."""
    if cred.uid not in (0, inode.uid):
        raise Errno(EPERM)


def may_create(cred: Cred, directory: Inode) -> None:
    """A new name in a directory. EACCES."""
    permission(cred, directory, MAY_WRITE | MAY_EXEC)


def may_delete(cred: Cred, directory: Inode, inode: Inode | None) -> None:
    """To take a name out of a directory; in a sticky one only what is one's own. EACCES EPERM."""
    permission(cred, directory, MAY_WRITE | MAY_EXEC)
    if inode is not None and directory.mode & S_ISVTX and cred.uid not in (0, inode.uid, directory.uid):
        raise Errno(EPERM)


def own(cred: Cred, directory: Inode, inode: Inode) -> None:
    """A new file belongs to who made it; in a directory with S_ISGID to the directory's group."""
    if inode.sb.kind == "hostfs":  # the host's affair
        return
    inherits = bool(directory.mode & S_ISGID)
    inode.uid, inode.gid = cred.uid, directory.gid if inherits else cred.gid
    if inherits and inode.is_dir:
        inode.mode |= S_ISGID


def change_mode(cred: Cred, inode: Inode, mode: int) -> None:
    """chmod(2): a group that one is not in can't be given S_ISGID. EPERM EROFS."""
    must_own(cred, inode)
    inode.want_write()
    if cred.uid and not cred.in_group(inode.gid):
        mode &= ~S_ISGID
    inode.set_attributes(mode=inode.kind | mode & 0o7777)


def privileges(inode: Inode) -> int:
    """The bits of a mode that a write or another owner takes: S_ISUID; S_ISGID where the group may execute."""
    return inode.mode & (S_ISUID | (S_ISGID if inode.mode & 0o010 else 0))


def remove_privs(task: Task | None, inode: Inode) -> None:
    """file_remove_privs: a write by a user takes a file's S_ISUID and S_ISGID."""
    bits = privileges(inode)
    if bits and cred_of(task).uid and inode.sb.kind != "hostfs":  # there it is the host's affair
        inode.set_attributes(mode=inode.mode & ~bits)


class Ids(NamedTuple):
    """Who runs a program, and with whose rights."""

    uid: int = 0
    euid: int = 0
    gid: int = 0
    egid: int = 0

    @property
    def lent(self) -> bool:
        """Whether they are somebody else's rights (AT_SECURE)."""
        return self.uid != self.euid or self.gid != self.egid


ROOT_IDS = Ids()


def ids_after_exec(task: Task, inode: Inode) -> Ids:
    """bprm_fill_uid: S_ISUID and S_ISGID lend the rights of a program's owner and group, but not those of the host's
    files, nor to who has renounced them (PR_SET_NO_NEW_PRIVS).
    """
    mode = 0 if task.no_new_privs or inode.sb.kind == "hostfs" else inode.mode
    euid = inode.uid if mode & S_ISUID else task.euid
    egid = inode.gid if mode & S_ISGID and mode & 0o010 else task.egid
    return Ids(task.uid, euid, task.gid, egid)


def change_owner(cred: Cred, inode: Inode, uid: int, gid: int) -> None:
    """chown(2): the owner may change the group to another of his own, only root all. EPERM EROFS."""
    mine = cred.uid == inode.uid
    if cred.uid and uid != KEEP and (uid != inode.uid or not mine):
        raise Errno(EPERM)
    if cred.uid and gid != KEEP and not (mine and (gid == inode.gid or cred.in_group(gid))):
        raise Errno(EPERM)
    inode.want_write()
    mode = inode.mode
    if inode.kind == S_IFREG:
        mode &= ~privileges(inode)
    inode.set_attributes(uid=inode.uid if uid == KEEP else uid, gid=inode.gid if gid == KEEP else gid, mode=mode)
