"""Files: the VFS (inode, file, path walk) and the file systems under it."""
