"""System calls as strace shows them: signatures (the table), how each kind of argument is written, and the log.

signatures   name -> the names and kinds of its arguments        flags        bits and numbers with their names
values dependent    kind -> text                                 text         strings, lists, structures as text
structures   kinds that point to structures: of time and signals here, others in structures_fs, _io, _net, _sys
call         one call: arguments decoded at entry and at exit    results errors    what it returned
log lines    what strace prints, from tracepoints                start siginfo     the first execve, signals
options selection classes summary    what `--strace=` can be told: -f …, which calls, %file and its like, -c
peek         the guest's memory without side effects
"""
