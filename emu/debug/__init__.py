"""The debugger: a session that never prints, commands that return views, and faces for people, editors and gdb.

engine/     forward and backward in time              session     what a person looks at: tasks, breakpoints, symbols
control/    how tasks are looked at and made to run   source/     what executables say: names, lines, variables
command     how a command is declared                 commands/   where they are: one file a family
look/       documents about the machine and the kernel
expr tokens operands reading arithmetic value typename    expressions
view draw render style highlight    what a command returns, laid out and coloured
shell words parse registry habits blocks guard lines    from a typed line to a view
complete candidates named    what could be typed      settings status    what `set` knows, the line of where one is
printer     the face for streams                      repl/  tui/  gdb/  dap/    the prompt, full screen, protocols
starter stdin interrupt    a session in the making, the guest's input, Ctrl-C
"""
