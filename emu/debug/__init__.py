"""The debugger: a session that never prints, commands that return views, and faces for people, editors and gdb.

engine      forward and backward in time              session     what a person looks at: tasks, breakpoints, symbols
control/    how tasks are looked at and made to run   source/     what executables say: names, lines, variables
expr        expressions, with tokens operands value   view        what a command returns
command     how a command is declared
commands/   one file a command                        look/       documents about the machine and the kernel
repl/       the prompt        tui/  full screen       gdb/  dap/  other faces
"""
