"""What is remembered of files: names (dentries) and inodes, in slabs, until memory is short (Linux: fs/dcache.c,
fs/inode.c).

    looked up or made ──► dentry ──► inode ◄── open files
                            │          │
         prune_dcache: nobody uses it  └── prune_icache: no dentry, no open file, no page in the cache

The directory of the file system itself is asked at every lookup, so forgetting a name changes nothing but the room that
it took. Names of tmpfs and devtmpfs exist nowhere else: they stay until they are removed.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.fs.inode import Inode
    from emu.kernel.kernel import Kernel

# kind of the file system -> its inodes' cache; of all others: inode_cache
INODE_CACHES = {
    "diskfs": "diskfs_inode_cache",
    "hostfs": "hostfs_inode_cache",
    "tmpfs": "shmem_inode_cache",
    "devtmpfs": "shmem_inode_cache",
    "shmfs": "shmem_inode_cache",
    "proc": "proc_inode_cache",
    "sockfs": "sock_inode_cache",
}
PINNED = ("tmpfs", "devtmpfs")
NAMED = ("diskfs", "hostfs", *PINNED)  # whose names and inodes are kept when nobody uses them
BATCH = 1024  # objects that are worth a round


class Dentry:
    """A name in a directory and the inode that it led to last time."""

    __slots__ = ("inode", "name", "parent", "referenced", "slab")

    def __init__(self, parent: Inode, name: bytes, inode: Inode, slab: int) -> None:
        self.parent, self.name, self.inode, self.slab = parent, name, inode, slab
        self.referenced = False  # used since it was looked at last


class Dcache:
    """The dentries by directory and name, and the inodes, each with the number of its dentries; the oldest first."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.names: dict[tuple[Inode, bytes], Dentry] = {}
        self.inodes: dict[Inode, int] = {}
        self.below: dict[Inode, int] = {}  # directory -> dentries in it
        self.deferred = 0  # objects that earlier rounds owe

    # -- names --------------------------------------------------------------------------------------------------------
    def enter(self, parent: Inode, name: bytes, inode: Inode) -> None:
        """The name was looked up, or made."""
        inode.alias = (parent, name)
        dentry = self.names.get((parent, name))
        if dentry is not None:
            dentry.referenced = True
            if dentry.inode is inode:
                return
            self.remove(parent, name)
        if inode.sb.kind not in NAMED:
            return
        self.iget(inode)
        place = self.kernel.slab.caches["dentry"].alloc(urgent=False)
        if not place:
            return
        self.names[parent, name] = Dentry(parent, name, inode, place)
        self.below[parent] = self.below.get(parent, 0) + 1
        self.inodes[inode] += 1

    def remove(self, parent: Inode, name: bytes) -> None:
        """d_delete: the name is gone, or is to be forgotten."""
        dentry = self.names.pop((parent, name), None)
        if dentry is None:
            return
        self.kernel.slab.caches["dentry"].free(dentry.slab)
        self.below[parent] -= 1
        if not self.below[parent]:
            del self.below[parent]
        self.inodes[dentry.inode] -= 1
        self.iput(dentry.inode)

    # -- inodes -------------------------------------------------------------------------------------------------------
    def iget(self, inode: Inode) -> None:
        """Someone uses the inode: it has its place. One without a kind, of an eventfd or so, is part of its file."""
        if inode not in self.inodes and inode.kind:
            cache = INODE_CACHES.get(inode.sb.kind, "inode_cache")
            inode.slab = self.kernel.slab.caches[cache].alloc(urgent=False)
            self.inodes[inode] = 0

    def iput(self, inode: Inode) -> None:
        """One user less: what nobody can find again goes now, the others when memory is short."""
        gone = not inode.nlink or inode.sb.kind not in NAMED
        if gone and not inode.users and self.inodes.get(inode) == 0:
            self.evict(inode)

    def evict(self, inode: Inode) -> None:
        """The inode leaves its slab."""
        inode.evicted()
        del self.inodes[inode]
        self.kernel.slab.caches[INODE_CACHES.get(inode.sb.kind, "inode_cache")].free(inode.slab)
        inode.slab = 0

    # -- shrinking ----------------------------------------------------------------------------------------------------
    def count(self) -> int:
        """super_cache_count: what could be freed at most, by vm.vfs_cache_pressure."""
        return (len(self.names) + len(self.inodes)) * self.kernel.sysctl.vfs_cache_pressure // 100

    def shrink(self, priority: int) -> int:
        """do_shrink_slab: look at twice the part of the objects that `priority` says; how many pages that has freed.
        Small parts add up to a round that is worth it.
        """
        freeable = self.count()
        self.deferred += 2 * (freeable >> priority)
        if not freeable or self.deferred < min(BATCH, freeable):
            return 0
        scan, self.deferred = min(self.deferred, 2 * freeable), 0
        self.kernel.vm.slabs_scanned += scan
        before, every = self.kernel.slab.nr_reclaimable, len(self.names) + len(self.inodes)
        dentries = scan * len(self.names) // every
        self.prune_dcache(dentries)
        self.prune_icache(scan - dentries)
        return before - self.kernel.slab.nr_reclaimable

    def drop(self) -> None:
        """drop_caches 2: all that nobody uses; directories go after what is in them."""
        for dentry in self.names.values():
            dentry.referenced = False
        while self.prune_dcache(len(self.names)):
            continue
        self.prune_icache(len(self.inodes))

    def prune_dcache(self, most: int) -> int:
        """prune_dcache_sb: look at the oldest; those used since last time get a second chance. How many went."""
        busy = self._busy()
        gone = 0
        for key in list(islice(self.names, most)):
            dentry = self.names[key]
            inode, again = dentry.inode, dentry.referenced
            dentry.referenced = False
            if again or inode in busy or inode.users or inode in self.below or pinned(inode):
                self.names[key] = self.names.pop(key)
            else:
                self.remove(*key)
                gone += 1
        return gone

    def prune_icache(self, most: int) -> None:
        """prune_icache_sb: inodes without dentries and open files, and without pages in the page cache."""
        busy = self._busy()
        for inode in list(islice(self.inodes, most)):
            used = self.inodes[inode] or inode.users or inode in busy or pinned(inode)
            if used or (inode.mapping and (inode.mapping.pages or inode.mapping.areas)):
                self.inodes[inode] = self.inodes.pop(inode)
            else:
                self.evict(inode)

    def _busy(self) -> set[Inode]:
        """The directories that tasks are in, and those that carry a mount."""
        tasks = self.kernel.tasks.values()
        found: set[Inode] = {place for task in tasks for place in (task.fs.cwd, task.fs.root)}
        for _, root in self.kernel.fs.mounts:
            found.add(root)
            if root.covers is not None:
                found.add(root.covers)
        return found


def pinned(inode: Inode) -> bool:
    """Whether the inode exists in memory only."""
    return inode.sb.kind in PINNED
