"""The texts of /proc, in Linux's own formats: of the system, of memory, of a task, and the tunables. A function that is
named like a file makes its text; its contract is in proc(5).

root base                the tree: which file is made by which function; of the system, of a task
system mounts            stat, uptime, interrupts …
meminfo memory events zoneinfo kpage    memory: meminfo, buddyinfo and slabinfo, vmstat, zoneinfo, a word for each frame
task status fdinfo       stat, statm, status; what is known of descriptors
task_mmu page_bits       maps and smaps, pagemap and clear_refs
sysctl sysfs             /proc/sys, /sys
capture                  files as they were when a run ended (`--proc`)
"""
