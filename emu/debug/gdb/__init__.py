"""The GDB remote serial protocol over loopback: gdb, and every editor that speaks through it, sees the session.

packet server stub     framing and checksums, the socket, packets to session calls
target xfer hostio     what gdb asks for: registers and memory map, documents in portions, files
access threads points  registers and memory, threads, breakpoints
resume events          running, and what gdb wants to hear of beside stops
"""
