"""The exit codes of `emu`, as one table: `emu help exit-codes` and docs/cli.md are made from it."""

from __future__ import annotations

OK = 0
USAGE = 2
INTERNAL = 70
UNWRITABLE = 74
LIMIT = 124
SIGNAL_BASE = 128
INTERRUPTED = 130
PIPE = 141

TABLE: tuple[tuple[str, str], ...] = (
    (
        "0…255",
        "`emu run`, `emu stat`: the guest's own exit status, as it gave it to exit or exit_group; "
        "`emu debug`: the N of `quit N`",
    ),
    (
        str(USAGE),
        "a mistake in how emu was called or in what it was given: options, files, syntax (C's too), configuration",
    ),
    (str(INTERNAL), "a bug in emu itself (EMU_DEBUG=1 shows the traceback)"),
    (str(UNWRITABLE), "the host has no room for the output (`> /dev/full`), or can't write it"),
    (
        str(LIMIT),
        "a limit was reached (--max-insns, --max-cycles, --max-output), all processes wait for each other, or the "
        "guest's kernel panicked (vm.panic_on_oom)",
    ),
    (
        f"{SIGNAL_BASE}+n",
        "the guest was ended by signal n: 132 SIGILL, 133 SIGTRAP, 135 SIGBUS, 137 SIGKILL, 139 SIGSEGV …",
    ),
    (str(INTERRUPTED), "Ctrl-C"),
    (str(PIPE), "whoever read emu's output went away (`emu run … | head`)"),
)

NOTE = (
    "A guest may end with 2, 70, 74 or 124 itself. When emu means it, a line on stderr says why\n"
    "('error: …', 'stopped: …', 'kernel: Kernel panic …'); `--json` says it in the field exit.reason."
)


def text() -> str:
    """The table as plain text, one code a line."""
    return "\n".join(f"{code:>6}  {meaning}" for code, meaning in TABLE) + "\n\n" + NOTE
