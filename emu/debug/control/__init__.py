"""How the session looks at tasks and makes them run.

memory registers scope       what a task holds, without side effects
programs places frames callers names_view    which executable, locations, backtraces, symbols
calls prologue returned calls_view    calls as instructions, what a function did to sp, what it returned
calling                      functions of the guest, called from expressions
breaks setting_breaks conditions catches hung    where to stop: the list, what a person wrote, what can be caught, what
                             is done there
planter watching predict predecoded lifetime    how the machine is made to stop there, and how long a watchpoint lives
judge stop report endings    whether, why and where it stopped; what is known of tasks that are gone
runner life travel saved     going on, starting over, being at another time, what `save` keeps
stepper outward loops        steps forward, out of functions, over lines that go round
backward backlines staying jump    steps against time
alter alter_raw cachelines   changes by the user
scanner writers              finding values, and who wrote them last
values_view types_view spans documents about values and types
"""
