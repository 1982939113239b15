"""Files: the VFS (inode, file, path walk) and the file systems under it.

inode file iov fcntl         what a file is, an open file and the table of descriptors, where bytes go, commands
vfs namei dcache permission  one tree of mounts, paths to inodes, what is remembered of them, who may
scoped                       paths that must not lead out of where they start (openat2)
regular directory            files of the page cache, directories in memory
diskfs tmpfs devfs procfs    the root's disk, /dev/shm, /dev, and files whose text is made when they are opened
hostfs hostfile console      what the host user handed over: folders, and the standard streams
pipe fifo                    bytes between processes; opening one with a name
eventfd timerfd signalfd pidfd eventpoll inotify    files that are events (fsnotify tells them)
locks                        advisory locks
kept                         what open files remember between two reads
"""
