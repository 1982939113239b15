"""ELF files, written and read.

constants                  numbers of the format            image        a file while it is put together
objectfile objectreader    an Object as a .o, and back      symtab attributes    two of its sections
names reading              what an ELF's symbols say; pyelftools, when it is needed
"""
