"""The command line: parse (click), call the floors below, print. One command a file, imported only when it is used.

main group help          the entry point and all ways out, the table of commands, `emu help` (help_insn)
run stat debug gdb dap   programs that run             asm cc dis    programs that are made or taken apart
config version           what there is
job params streams files what can be told: options, values that people type, the guest's streams, the host's files
build compiler compiler_words diagnostics    from sources to an ELF
launch progress interrupt tracing strace ending exitcodes    a run: its beginning, what it tells meanwhile, its end
debugging                from a job to a session of the debugger
"""
