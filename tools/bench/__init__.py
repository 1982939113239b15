"""The benchmark behind tools/bench.py: the guest programs of programs/bench on this emulator and on its peers.

workloads  engines        the two tables: what is run, and on what
program                   source to ELF, segments, symbols
ours  peer_*              how each engine is called
measure  collect          runs, repeats, medians
summary                   figures, ratios, goals
operations  startup       what the kernel does in a second; wall time and memory of the command line
document  report  cli     JSON, text, options
"""
