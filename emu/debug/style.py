"""Meanings to looks: one table, from which ANSI escapes and prompt_toolkit's styles are made.

Only the sixteen colours that every terminal lets its owner choose, so that dark and light backgrounds both work.
"""

from __future__ import annotations

from typing import NamedTuple

COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class Look(NamedTuple):
    """A colour by name ("" for the terminal's own; "bright " may stand before), and attributes: bold dim reverse."""

    colour: str = ""
    attributes: str = ""


LOOKS: dict[str, Look] = {
    "addr": Look("blue"),
    "value": Look(""),
    "symbol": Look("yellow"),
    "insn": Look("green", "bold"),
    "operand": Look("cyan"),
    "comment": Look("bright black"),
    "good": Look("green"),
    "bad": Look("red", "bold"),
    "warn": Look("yellow"),
    "changed": Look("magenta", "bold"),
    "dim": Look("bright black"),
    "head": Look("cyan", "bold"),
    "level": Look("magenta"),
    "M": Look("red", "bold"),
    "E": Look("yellow"),
    "S": Look("green"),
    "I": Look("bright black"),
    "here": Look("", "reverse"),
    "key": Look("yellow", "bold"),
    "guest": Look("", "bold"),
    "rule": Look("bright black"),
    "tab": Look("yellow", "bold reverse"),
}
"""Style of a span → its look. M E S I are the states of a cache line."""


def sgr(style: str) -> str:
    """The ANSI escape that begins a style; "" for none."""
    look = LOOKS.get(style, Look())
    codes = [{"bold": "1", "dim": "2", "reverse": "7"}[word] for word in look.attributes.split()]
    bright, _, colour = look.colour.rpartition(" ")
    if colour:
        codes.append(str((90 if bright else 30) + COLOURS.index(colour)))
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def prompt_style(style: str) -> str:
    """The same for prompt_toolkit: "bold ansired"."""
    look = LOOKS.get(style, Look())
    bright, _, colour = look.colour.rpartition(" ")
    names = {"black": ("ansiblack", "ansibrightblack"), "white": ("ansigray", "ansiwhite")}
    dark, light = names.get(colour, (f"ansi{colour}", f"ansibright{colour}"))
    return " ".join(part for part in (look.attributes, (light if bright else dark) if colour else "") if part)
