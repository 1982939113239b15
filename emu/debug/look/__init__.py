"""What a person looks at: functions `name(session, …) -> View` that change nothing in machine, kernel or guest.

subject     whose task, whose memory                  words       how values are written
registers memory code                                 the program
walk outcome tlb caches lines                         translation and caches
areas tables frames owners zones reclaim              physical and virtual memory
processes files sched proc                            tasks
faults syscalls events accounts                       what has happened, and what it cost
chain why stages history misses explain compare       causes
"""
