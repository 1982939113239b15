"""The linker: objects to one static executable. System V ABI, "Program Loading"; RISC-V ELF psABI, "Relocations".

link     the steps, one after the other          output outputs    the file, its sections
align    R_RISCV_ALIGN of foreign objects        names    which definition a name means, commons
got      global offset table                     layout   output sections, addresses, segments
provided __global_pointer$, _end …               apply    relocations
"""

from emu.asm.linker.link import link

__all__ = ["link"]
