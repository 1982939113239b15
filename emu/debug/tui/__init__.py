"""Full screen: panes that follow the program, a command line below. Keys and mouse; any terminal from 40 x 10 on.

app screen worker    the application, its face, the thread that commands run in
panes slots grid code    what panes show, where they go, registers and memory in columns, source and instructions
control keys         prompt_toolkit's side
"""
