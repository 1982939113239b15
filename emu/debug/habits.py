"""What users of other debuggers type: one table of what does the same here, for the errors about unknown commands.

Words that mean exactly one command are its aliases and not here.
"""

from __future__ import annotations

NOT_CALLED = "functions of the guest are not called, that would change what happens: break there, look, or set $pc"
RECORDED = "everything is recorded: back, reverse-continue, goto; save FILE keeps a session"
ONE_PROGRAM = "the program is given on the command line: emu debug PROG ARGS"

HABITS: dict[str, str] = {
    "call": NOT_CALLED,
    "compile": NOT_CALLED,
    "jump": "set $pc = ADDRESS, then continue",
    "return": "finish runs to where the function returns; reverse-finish goes back to its call",
    "handle": "signals pass by themselves; catch signal NAME stops at one",
    "queue-signal": "kill sends SIGKILL; catch signal NAME stops at one",
    "file": ONE_PROGRAM,
    "exec-file": ONE_PROGRAM,
    "symbol-file": ONE_PROGRAM,
    "add-symbol-file": ONE_PROGRAM,
    "set args": ONE_PROGRAM,
    "show args": ONE_PROGRAM,
    "set environment": "emu debug --env KEY=VALUE PROG",
    "target": "emu gdb PROG lets gdb connect; here the program is there already",
    "remote": "emu gdb PROG lets gdb connect",
    "detach": "quit leaves; attach PID looks at another task",
    "shell": "the host is left alone: Ctrl-Z, or another terminal",
    "!": "the host is left alone: Ctrl-Z, or another terminal",
    "make": "the host is left alone: Ctrl-Z, or another terminal",
    "checkpoint": "copies are made by themselves: goto tick N, save FILE",
    "info checkpoints": "info time says what can be gone back to",
    "record": RECORDED,
    "info record": "info time",
    "set exec-direction": "reverse-step, reverse-next, reverse-continue",
    "monitor": "leave out the word monitor: these are the commands here",
    "printf": "print EXPRESSION, print/x, echo TEXT",
    "output": "print EXPRESSION",
    "inspect": "print EXPRESSION",
    "explore": "print EXPRESSION, ptype EXPRESSION",
    "tui": "layout",
    "focus": "layout; F6 goes from pane to pane",
    "refresh": "layout, then Ctrl-L",
    "winheight": "layout",
    "search": "find VALUE looks through memory; list LINE shows source",
    "forward-search": "list LINE shows source",
    "dump": "x/FMT ADDRESS; --json gives it to a program",
    "restore": "set memory PID ADDRESS DATA",
    "rbreak": "info functions PATTERN, then break NAME for each",
    "dprintf": "break PLACE, then commands: print EXPRESSION, continue, end",
    "trace": "break PLACE, then commands; events and syscalls show what has happened",
    "faas": "frame 0, up",
    "info sharedlibrary": "programs are static, or their interpreter maps what they need: vmmap",
    "info target": "vmmap",
    "info macro": "macros are not in the debug information",
    "info auxv": "proc self/auxv; x/40ga $sp at the first instruction",
    "info os": "ps, proc",
    "info vector": "the machine has no vector unit: registers f",
    "info win": "layout",
    "set print": "print/FMT writes values in another way; ptype shows types",
    "set pagination": "set page off",
    "set height": "set page off",
    "set confirm": "nothing asks: going back undoes what was done",
    "set disassemble-next-line": "the next instruction is always shown",
    "set disassembly-flavor": "RISC-V has one syntax",
    "set logging": "emu debug --batch -x SCRIPT PROG > FILE",
    "set follow-fork-mode": "all processes are there at once: catch fork, attach PID",
    "set detach-on-fork": "all processes are there at once: catch fork, attach PID",
    "set schedule-multiple": "set scheduler-locking on lets one hart run alone",
    "set listsize": "list WHERE COUNT",
    "set style": "set colour off",
    "set history": "the history of what was typed is kept by itself",
    "set language": "expressions are C's",
    "set substitute-path": "directory FOLDER",
    "set disable-randomization": "emu debug --no-aslr PROG; --seed N chooses",
    "show version": "emu --version",
    "telescope": "x/16ga $sp, registers",
    "context": "layout shows all panes; registers, disassemble, backtrace one each",
    "checksec": "vmmap shows the areas and their rights",
    "plt": "programs are static: info functions",
    "vis_heap_chunks": "heap",
    "bins": "heap",
    "pdisas": "disassemble",
    "nearpc": "disassemble",
    "stack": "x/16ga $sp",
    "hexdump": "x/64xb ADDRESS",
    "xinfo": "walk ADDRESS, info symbol ADDRESS",
    "rd": "x/FMT ADDRESS, xp/FMT for physical memory",
    "wr": "set memory PID ADDRESS DATA",
    "kmem": "frames, frame PFN, buddy, slab, zone",
    "files": "fd",
    "pte": "walk ADDRESS, pagetable",
    "ptov": "rmap PFN",
    "runq": "sched",
    "mount": "proc self/mounts",
    "when": "info time",
    "seek": "goto tick N",
    "run-to": "goto tick N, goto cycle N",
}
"""What is typed → what to type instead."""


def advice(words: list[str]) -> str:
    """What does the same here as an unknown command, as a hint; ''."""
    for count in (2, 1):
        if said := HABITS.get(" ".join(words[:count])):
            return said
    return HABITS["!"] if words and words[0].startswith("!") else ""
