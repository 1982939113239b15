"""A fault card as text: 100 columns, no colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.fault_card import FaultCard


def render(card: FaultCard) -> str:
    """The whole card."""
    return "\n".join(_lines(card))


def _lines(card: FaultCard) -> Iterator[str]:
    yield f"{card.signal}: {card.cause}"
    yield f"  address  {card.address:#0{card.xlen // 4 + 2}x}"
    where = f"  in {card.symbol}" if card.symbol else ""
    yield f"  pc       {card.pc:#0{card.xlen // 4 + 2}x}{where}"
    if card.source:
        yield f"  source   {card.source}"
    if card.instruction:
        yield f"  insn     {card.instruction}"
    if card.split:
        yield ""
        yield "  " + "  ".join(f"{name:>{len(bits)}}" for name, _, bits in card.split)
        yield "  " + "  ".join(f"{bits:>{len(name)}}" for name, _, bits in card.split)
        yield "  " + "  ".join(f"{index:>{max(len(name), len(bits))}}" for name, index, bits in card.split)
    if card.steps:
        yield ""
        yield from _walk(card)
    if card.areas:
        yield ""
        yield from _areas(card)
    if card.hint:
        yield ""
        yield f"  hint: {card.hint}"


def _walk(card: FaultCard) -> Iterator[str]:
    digits = 18 if card.xlen == 64 else 10
    for step in card.steps:
        entry = f"{step.level}[{step.index}] at {step.pte_address:#x} = {step.pte:#0{digits}x} {step.bits}"
        yield f"  {entry}  {step.verdict}"


def _areas(card: FaultCard) -> Iterator[str]:
    for area in card.areas:
        if area.distance == 0:
            relation = "holds the address"
        elif area.distance < 0:
            relation = f"ends {size(-area.distance)} below it"
        else:
            relation = f"starts {size(area.distance)} above it"
        yield f"  {area.start:x}-{area.end:x} {area.rights} {area.name or 'anonymous'}: {relation}"


def size(count: int) -> str:
    """A distance in the unit that fits."""
    for unit, shift in (("TB", 40), ("GB", 30), ("MB", 20), ("kB", 10)):
        if count >= 1 << shift:
            return f"{count / (1 << shift):.1f} {unit}"
    return f"{count} bytes"
