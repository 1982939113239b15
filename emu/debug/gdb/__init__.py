"""The GDB remote serial protocol over loopback: gdb, and every editor that speaks through it, sees the session.

packet   framing, checksums, escapes        target   the description of registers and memory that gdb asks for
stub     packets to session calls           server   the socket, and an interrupt while the guest runs
"""
