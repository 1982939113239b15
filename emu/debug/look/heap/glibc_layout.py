"""Where glibc keeps what: offsets in malloc_state, malloc_par and tcache_perthread_struct, by their sizes (64 bits).

2.26   tcache, its counts are bytes            2.35   malloc_par has huge pages, heap_info the page size
2.30   its counts are 16 bits                  2.42   tcache of 76 bins that count the places left
2.32   single links are mangled                2.43   no fast bins; malloc_par has the mode of huge pages
"""

from __future__ import annotations

from typing import Any, NamedTuple


class State(NamedTuple):
    """Offsets in malloc_state, an arena; `fastbins` 0: there are none."""

    fastbins: int
    top: int
    last_remainder: int
    bins: int
    next: int
    system_mem: int


class Par(NamedTuple):
    """Offsets in malloc_par; `tcache_count` 0: not asked for."""

    n_mmaps: int
    mmapped_mem: int
    sbrk_base: int
    tcache_count: int = 0


class Tcache(NamedTuple):
    """tcache_perthread_struct: bytes of a count, bins, whether it counts the places that are left."""

    count_size: int
    bins: int
    counts_down: bool = False


STATES = {2200: State(16, 96, 104, 112, 2160, 2184), 2112: State(0, 8, 16, 24, 2072, 2096)}
PARS = {
    144: Par(68, 88, 104, 128),
    136: Par(60, 80, 96, 120),
    112: Par(40, 56, 72),
    104: Par(40, 56, 72),
}
TCACHES = {0x250: Tcache(1, 64), 0x290: Tcache(2, 64), 0x300: Tcache(2, 76, True)}  # by the size of its chunk
FLAGS, NONCONTIGUOUS = 4, 2  # in malloc_state
HEAP_MAX_SIZE = 64 << 20  # of the heaps of other arenas than the main one, and their alignment


class Layout(NamedTuple):
    """Of one program; `state_size` is that of malloc_state."""

    state: State
    state_size: int
    par: Par
    mangled: bool | None  # None: to be found out
    slack: int  # bytes of a mapping behind its chunk


def layout(session: Any) -> Layout | None:
    """That of the program, if it has this malloc and in a layout that is known."""
    names = session.symbols.by_name
    arena, par = names.get("main_arena"), names.get("mp_")
    if session.machine.xlen != 64 or arena is None or par is None:
        return None
    if arena.size not in STATES or par.size not in PARS:
        return None
    mangled = True if par.size >= 136 or "tcache_key" in names else None
    slack = 0 if STATES[arena.size].fastbins else 16
    return Layout(STATES[arena.size], arena.size, PARS[par.size], mangled, slack)
