"""What an executable says about itself: names, lines, functions, variables, unwinding; and the text of sources.

program              an executable as a whole                 elf          opening it, within bounds
symbols lines files  the tables of symbols and of lines, sources
units codenames names    which entry of .debug_info holds an address, what names mean
types declare        types, and how C writes them             variables location    what is in scope, and where it is
spelling             values in C's manner                     cfi          from a frame to its caller's

All of it is read from the guest's file, which may hold anything: a reader bounds what it reads, and whatever is wrong
means that nothing is known.
"""
