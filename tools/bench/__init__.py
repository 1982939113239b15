"""The benchmark behind tools/bench.py: guest programs from programs/bench on this emulator and on its peers.

workloads  the table of what is run            program   source to ELF, segments, symbols
ours       peer_*   the engines                measure   repeats, medians
goals      report   what was reached, as text  startup   wall time and memory of the command line
"""
