"""What a person looks at: functions `name(session, …) -> View` that change nothing in machine, kernel or guest.

subject options words regfile          whose, and how values are written
registers formats memory structure     what the program holds
code listing stretch                   what it consists of: instructions, lines
tlbs caches owners                     the hardware's state, and to whom memory belongs, as plain values
walk walkview tables outcome kernelpath    translation, and what each access would meet
hardware coherence                     TLBs, caches, MESI
areas frames frame zones reclaim       virtual and physical memory
processes files sched signals proc     tasks
accounts                               ledger, counters, figures
links hierarchy model faulting         what an access would cost, foretold link by link
access turns chain told why            the chain of an instruction, and of an address
observe relive records                 time lived through again: step by step, or at full speed
replay stages faults syscalls events   what has happened
history                                biographies
explain explainview compare compareview    accounts by line, two points in time
misses misswatch tlbwatch ideal        classes of misses
heap/                                  what malloc has made of its memory
"""
