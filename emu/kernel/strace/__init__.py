"""System calls as strace shows them: signatures (the table), how each kind of argument is written, and the log.

signatures   name -> the names and kinds of its arguments        flags        bits and numbers with their names
values       kind -> text                                        structures   kinds that point to structures
call         one call: arguments decoded at entry and at exit    log          what strace prints, from tracepoints
"""
