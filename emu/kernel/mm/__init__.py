"""Memory management: frames, page tables, address spaces, faults, the page cache, reclaim and swap. Linux's names.

A fault: trap.do_page_fault → memory.handle_mm_fault → memory, cow, swapin, huge or hugetlb.
Short of memory: alloc → vmscan (kswapd, or direct) → shrink → swapout, filemap → block.

page zone buddy alloc alloc_many       struct page, nodes and zones, free blocks, frames one by one and in numbers
slab                                   the kernel's own objects
pgtable tlb context                    page tables, flushes of TLBs, ASIDs
mm vma                                 mm_struct and vm_area_struct
mmap mmap_flags unmapped_area merge    mapping: what was asked for, where it goes, neighbours that join
brk mremap mprotect madvise mlock msync ranges    the other calls on ranges of addresses
memory fault cow fault_around          page faults
huge khugepaged hugetlb hugetlbfs      huge pages: transparent ones, and those of a pool
fork exit zap                          copying an address space, taking it down, taking pages out of a range
uaccess                                the kernel reads and writes user memory
filemap dirty writeback pagewait       the page cache, and its way to the disk
shmem memfd                            files that live in memory alone
rmap lru workingset                    who maps a frame, how old it is, was it evicted too early
vmscan shrink reclaim_unmap reclaim_many lazyfree    reclaim; throttle retry awaited: who waits for it, for how long
swap swapfile swapin swapout           entries and cache, the area itself, the ways in and out
overcommit oom oom_report              what may be promised, and who dies for it
requests                               what programs asked for, for `emu stat`
"""
