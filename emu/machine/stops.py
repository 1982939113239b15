"""Why `Machine.run` returns: the one table of reasons, for jitted code and for those who must not import numba."""

from __future__ import annotations

STOP_TRAP, STOP_BUDGET, STOP_DEADLINE, STOP_EXTERNAL, STOP_BREAKPOINT, STOP_WATCHPOINT, STOP_EVENT = range(1, 8)
STOP_NAMES = ("", "trap", "budget", "deadline", "external", "breakpoint", "watchpoint", "event")
