"""`heap`: what the C library's malloc has made of its memory: glibc's, musl's mallocng, and zig's own.

Each library has a module that reads its structures from the guest's memory and gives a Heap (`model`), helped by others
that begin with its name: glibc_layout glibc_bins glibc_mmapped, zig_header zig_mapped; `view` shows it.
"""
