"""The document as text."""

from __future__ import annotations

import math
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from .engines import ENGINES
from .summary import PEER_NAMES
from .workloads import BY_NAME


def show(document: dict[str, Any], console: Console) -> None:
    """All tables."""
    console.print(host_line(document["host"]), highlight=False)
    console.print(peers_line(document["peers"]), highlight=False)
    console.print(rates_table(document))
    if document["ratios"]:
        console.print(ratios_table(document))
    for row in document["results"]:
        if row["error"]:
            console.print(f"{row['workload']} on {row['engine']}: {row['error']}", style="red", highlight=False)
    if document["operations"]:
        console.print(operations_table(document["operations"]))
    if document.get("programs"):
        console.print(programs_table(document["programs"]))
    if document["startup"]:
        console.print(startup_table(document["startup"]))
    if document["goals"]:
        console.print(goals_table(document["goals"]))


def host_line(host: dict[str, Any]) -> str:
    """Where the figures come from."""
    where = f"{host['cpu']}, {host['cpus']} CPUs, {host['system']}, load {host['load']}"
    return f"{where}; Python {host['python']}, numba {host['numba']}"


def peers_line(peers: dict[str, str]) -> str:
    """Who took part."""
    return "peers: " + ", ".join(f"{name} {version or 'not installed'}" for name, version in peers.items())


def table(title: str, *columns: str) -> Table:
    """A table whose first column is text."""
    made = Table(title=title, title_justify="left", header_style="bold", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left")
    return made


def figure(value: float | None, scale: float = 1e6) -> str:
    """Three or so digits; empty for what was not measured."""
    if value is None or math.isnan(value):
        return ""
    value /= scale
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rates_table(document: dict[str, Any]) -> Table:
    """Rates, and their geometric mean."""
    rates = document["rates"]
    engines = [name for name in ENGINES if any(name in row for row in rates.values())]
    made = table("million instructions per second of CPU time (medians)", f"RV{document['xlen']}", *engines)
    for workload, row in rates.items():
        made.add_row(BY_NAME[workload].name, *(figure(row.get(engine)) for engine in engines))
    means = document["geometric_means"]
    if means:
        made.add_section()
        made.add_row("integer mean", *(figure(means.get(engine)) for engine in engines))
    return made


def ratios_table(document: dict[str, Any]) -> Table:
    """How far ahead of each peer."""
    ratios = document["ratios"]
    peers = [name for name in PEER_NAMES if any(name in row for row in ratios.values())]
    made = table("timing full, as a multiple of each peer's rate", "", *peers)
    for workload, row in ratios.items():
        made.add_row(workload, *(figure(row.get(peer), 1) for peer in peers))
    means = document["geometric_means"]
    if "full" in means:
        made.add_section()
        made.add_row("integer mean", *(figure(means["full"] / means.get(peer, math.nan), 1) for peer in peers))
    return made


def operations_table(rows: list[dict[str, Any]]) -> Table:
    """What the kernel does in a second."""
    title = "operations per second of CPU time, under the kernel, and where that time goes"
    made = table(title, "", "measured", "goal", "", "jitted", "crossing", "kernel")
    for row in rows:
        shares = [row["error"], "", ""] if row["error"] else [f"{share:.0%}" for share in row["shares"].values()]
        made.add_row(row["what"], f"{row['measured']:,.0f}", f"{row['target']:,}", met(row), *shares)
    return made


def programs_table(rows: list[dict[str, Any]]) -> Table:
    """Programs that the project did not write."""
    made = table(
        "C programs under the kernel, million instructions per second of CPU time", "", "off", "full", "× qemu", ""
    )
    for row in rows:
        rates = [figure(row["rates"].get(timing)) for timing in ("off", "full")]
        made.add_row(row["what"], *rates, figure(row["qemu_ratio"], 1), row["error"])
    return made


def startup_table(rows: list[dict[str, Any]]) -> Table:
    """Start-up and memory."""
    made = table("start-up", "", "measured", "CPU s", "goal", "")
    for row in rows:
        goal = f"under {row['target']:g} {row['unit']}"
        made.add_row(row["what"], f"{row['measured']:.3g} {row['unit']}", f"{row['cpu_seconds']:.2f}", goal, met(row))
    return made


def goals_table(rows: list[dict[str, Any]]) -> Table:
    """Goals, met or not."""
    made = table("goals (million instructions per second, or times)", "", "measured", "goal", "", "below it, or parts")
    made.columns[-1].justify = "left"
    for row in rows:
        made.add_row(row["goal"], figure(row["measured"], 1), f"{row['target']:g}", met(row), row["note"])
    return made


def met(row: dict[str, Any]) -> str:
    """The verdict."""
    return "[green]met[/]" if row["met"] else "[red]missed[/]"
