"""`heap`: what the C library's malloc has made of its memory: glibc's, musl's mallocng, and zig's own.

Each library has a module that reads its structures from the guest's memory and gives a Heap; `view` shows it.
"""
