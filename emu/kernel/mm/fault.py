"""What may come of a page fault (Linux: vm_fault_t)."""

from __future__ import annotations

FAULT_MINOR, FAULT_MAJOR, FAULT_MAPERR, FAULT_ACCERR, FAULT_SIGBUS = range(5)
"""MINOR and MAJOR: the page is there, without the disk or with it, and the instruction runs again. The others are the
process's fault: no area (SEGV_MAPERR), an area without this right (SEGV_ACCERR), no such page in the file (SIGBUS).
"""
