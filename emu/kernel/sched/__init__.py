"""Who runs: run queues and policies, waiting and waking, timers, the switch from one task to the next.

core policy      putting tasks on harts, and which one next     states      what a task can be in
wait             wait queues; Blocked: a call is executed anew  timers      what is due at which cycle
registers        between a task and a hart                      kthread     work of the kernel that is scheduled
loadavg          the load average
"""
