"""Which objects a copy of the kernel walks one by one, what their state is, and how it is put back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

CONTAINERS = (tuple, list, dict, set, frozenset, int, str, bytes, bytearray, BaseException)


@cache
def is_node(kind: type) -> bool:
    """Objects of the kernel's classes that are equal only to themselves; others are copied as values."""
    if not kind.__module__.startswith(("emu.kernel", "kernel_fake")) or issubclass(kind, (*CONTAINERS, type)):
        return False
    return kind.__hash__ in (object.__hash__, None) and kind.__reduce__ is object.__reduce__


@cache
def _slots(kind: type) -> tuple[str, ...]:
    found = [name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ())]
    return tuple(name for name in found if name not in ("__dict__", "__weakref__"))


@cache
def _own_state(kind: type) -> bool:
    return kind.__getstate__ is not object.__getstate__


def state_of(value: Any, share: Callable[[Any], Any]) -> dict[str, Any]:
    """Field -> value. Fields that the class names in `frozen_shared` hold immutable values, or dicts of such: they are
    not walked.
    """
    kind = type(value)
    if _own_state(kind):
        state = value.__getstate__()
    else:
        state = getattr(value, "__dict__", None) or {}
        slots = _slots(kind)
        if slots:
            state = {name: getattr(value, name) for name in slots if hasattr(value, name)} | state
    fields = getattr(kind, "frozen_shared", ())
    if fields:
        state = dict(state)
        for name in fields:
            held = state[name]
            state[name] = share(dict(held) if isinstance(held, dict) else held)
    return state


def apply_state(value: Any, state: dict[str, Any]) -> None:
    """Give a fresh object the fields that `state_of` has found."""
    for name in getattr(type(value), "frozen_shared", ()):
        if isinstance(state[name], dict):
            state[name] = dict(state[name])
    if _slots(type(value)):
        for name, held in state.items():
            setattr(value, name, held)
    else:
        value.__dict__.update(state)
