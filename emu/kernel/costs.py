"""What the kernel's work costs in cycles: the machine's table (`costs` in the presets), with the host user's
overrides.
"""

from __future__ import annotations

DEFAULTS = {
    "trap": 60,  # entering and leaving the kernel
    "fault": 400,  # a page fault, beside the trap
    "syscall": 150,  # a system call, beside the trap
    "copy_page": 500,  # copying or clearing a page
    "disk": 200_000,  # reading a page from a file or from swap
    "context_switch": 400,
    "address_space_switch": 100,
    "ipi": 300,
    "irq": 100,  # the top half of an interrupt, beside the trap
    "softirq": 200,  # each timer that expires, each request that ends, each tick: the bottom half
}


def table(machine_costs: dict[str, int], overrides: dict[str, int]) -> dict[str, int]:
    """All costs by name."""
    return DEFAULTS | {key: value for key, value in machine_costs.items() if key in DEFAULTS} | overrides
