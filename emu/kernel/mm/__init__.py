"""Memory management: frames (page, zone, buddy), page tables, address spaces (mm, vma, mmap) and faults (memory)."""
