"""A configuration into the machine's state: geometry, costs, decode tables, what a hart is at reset."""

from __future__ import annotations

import numpy as np

from emu.machine import decode_table
from emu.machine.config import CACHES, POLICIES, TLBS, Config, ConfigError
from emu.machine.state import MAX_LINES, MAX_TLB, NEVER

SEED = 0x2545F4914F6CDD1D  # of the generator behind random replacement
PIPELINE = (
    "load_use",
    "taken",
    "mispredict",
    "fp_add",
    "fp_mul",
    "fp_div",
    "fp_sqrt",
)  # costs that only timing full knows
FLOATING = ("costs.fp_add", "costs.fp_mul", "costs.fp_div", "costs.fp_sqrt")
MEMORY = ("l2tlb", "upgrade", "invalidate", "intervention", "dram", "write_through", "fence")


def set_up(m: np.record, config: Config, xlen: int, harts: int) -> None:
    """Fill a zeroed MACHINE record; addresses of host memory are the caller's to set. Raises ConfigError."""
    timing = config["timing"]
    m.tag_at, m.used_at, m.filled_at = (m[f"line_{name}"].ctypes.data for name in ("tag", "used", "filled"))
    m.line_at = m.line.ctypes.data
    m.ram_size = config["ram"]
    m.xlen, m.harts, m.timed, m.shallow = xlen, harts, int(timing != "off"), int(timing == "simple")
    m.line_shift = config["cache.line"].bit_length() - 1
    m.quantum, m.rng, m.code_pages = config["quantum"], SEED, 1
    _set_costs(m, config, timing)
    _set_caches(m, config, harts)
    _set_tlbs(m, config, harts)
    latencies = {kind: config[f"costs.{kind}"] if timing == "full" else 0 for kind in ("mul", "div")}
    decode_table.fill(m, xlen, latencies)
    for k in range(harts):
        _set_hart(m.hart[k], k)


def _set_costs(m: np.record, config: Config, timing: str) -> None:
    for name in PIPELINE:
        m[f"cost_{name}"] = config[f"costs.{name}"] if timing == "full" else 0
    for name in MEMORY:
        m[f"cost_{name}"] = config[f"costs.{name}"] if timing != "off" else 0
    dearest = (f"costs.{name}" for name in (*PIPELINE, "mul", "div"))
    m.cost_most = 1 + sum(config[key] for key in (*dearest, "l1i.latency", "l1d.latency"))


def _set_caches(m: np.record, config: Config, harts: int) -> None:
    """One array holds the lines of all caches: first all L1I, then all L1D, all L2, the LLC."""
    first = 0
    for k, unit in enumerate(CACHES):
        c = m.cache[k]
        shared = unit == "llc"
        lines = config[f"{unit}.size"] // config["cache.line"]
        c.ways = config[f"{unit}.ways"]
        c.sets = lines // c.ways
        c.first, c.stride = first, 0 if shared else lines
        c.policy = POLICIES.index(config[f"{unit}.replacement"])
        c.latency = config[f"{unit}.latency"]
        c.through = int(config.values.get(f"{unit}.write_through", False))
        c.allocate = int(config.values.get(f"{unit}.write_allocate", True))
        c.inclusive = int(config.values.get(f"{unit}.inclusive", False))
        first += lines * (1 if shared else harts)
    if first > MAX_LINES:
        raise ConfigError(
            f"the caches of {harts} harts have {first} lines together, more than {MAX_LINES}",
            hint="use smaller caches, longer lines or fewer harts",
        )


def _set_tlbs(m: np.record, config: Config, harts: int) -> None:
    """One array holds the entries of all TLBs; entry 0 is the one that untranslated accesses stamp."""
    first = 1
    for k, unit in enumerate(TLBS):
        t = m.tlb_shape[k]
        entries = config[f"{unit}.entries"]
        t.ways = config[f"{unit}.ways"]
        t.sets = entries // t.ways
        t.first, t.stride = first, entries
        t.policy = POLICIES.index(config[f"{unit}.replacement"])
        first += entries * harts
    if first > MAX_TLB:
        raise ConfigError(
            f"the TLBs of {harts} harts have {first} entries together, more than {MAX_TLB}",
            hint="use smaller TLBs or fewer harts",
        )


def _set_hart(h: np.record, number: int) -> None:
    h.id, h.reserved, h.reserved_line = number, -1, -1
    h.dhit["rtag"] = h.dhit["wtag"] = h.fhit["tag"] = NEVER
    h.bht[:] = 1
    h.scratch_at = h.scratch.ctypes.data
