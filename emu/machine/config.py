"""Configuration:

presets in TOML, overrides by dotted name, everything checked before a machine is built. Needs no numba.
"""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from importlib import resources
from typing import Any

from emu.errors import EmuError, did_you_mean

PRESETS = ("toy", "small", "desktop")
POLICIES = ("lru", "plru", "fifo", "random")
TIMINGS = ("off", "simple", "full")
CACHES = ("l1i", "l1d", "l2", "llc")
TLBS = ("itlb", "dtlb", "l2tlb")
LIMITS = {"size": 64 << 20, "ways": 64, "entries": 4096, "line": 256, "harts": 64, "ram": 64 << 30}
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class ConfigError(EmuError):
    """An unknown knob or preset, or a value that no machine can have."""


class Config:
    """A checked configuration: `config["l1d.size"]`, all values of the TOML tables by dotted name."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


def parse_size(text: str | int) -> int:
    """'32K' -> 32768. Raises ConfigError."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    found = re.fullmatch(r"(\d+)\s*([KMGT]?)(?:i?B)?", str(text).strip(), re.IGNORECASE)
    if not found:
        raise ConfigError(f"{text!r} is not a size", hint="write bytes, or a number with K, M or G: 32K, 64M")
    return int(found[1]) * UNITS[found[2].upper()]


def preset_text(name: str) -> str:
    """The TOML text of a preset. Raises ConfigError with a suggestion."""
    if name not in PRESETS:
        raise ConfigError(
            f"unknown preset {name!r}", hint=did_you_mean(name, PRESETS) or f"presets: {', '.join(PRESETS)}"
        )
    return (resources.files("emu.machine") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def _flatten(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _coerce(key: str, value: Any, model: Any) -> Any:
    """An override (often text from the command line) in the type of the preset's value."""
    if isinstance(model, bool):
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if str(value).lower() not in words:
            raise ConfigError(f"{key} is true or false, not {value!r}")
        return words[str(value).lower()]
    if key.split(".")[-1] in ("size", "line", "ram"):
        return parse_size(value)
    if isinstance(model, int):
        try:
            return int(str(value), 0)
        except ValueError:
            raise ConfigError(f"{key} is a whole number, not {value!r}") from None
    return str(value).lower()


def load_config(preset: str = "small", overrides: dict[str, Any] | None = None) -> Config:
    """A preset with overrides by dotted name, e.g. {'l1d.size': '32K', 'costs.dram': 200}. Raises ConfigError."""
    base = _flatten(tomllib.loads(preset_text(preset)))
    values = {key: _coerce(key, value, value) for key, value in deepcopy(base).items()}
    for key, value in (overrides or {}).items():
        if key not in base:
            raise ConfigError(
                f"unknown setting {key!r}", hint=did_you_mean(key, base) or "`emu config` lists all settings"
            )
        values[key] = _coerce(key, value, base[key])
    check(values)
    return Config(values)


def _power_of_two(values: dict[str, Any], key: str, low: int, high: int) -> None:
    n = values[key]
    if n < low or n > high or n & (n - 1):
        raise ConfigError(f"{key} = {n} must be a power of two from {low} to {high}")


def _choice(values: dict[str, Any], key: str, choices: tuple[str, ...]) -> None:
    if values[key] not in choices:
        raise ConfigError(
            f"{key} = {values[key]!r} is not one of {', '.join(choices)}", hint=did_you_mean(values[key], choices)
        )


def _check_sets(values: dict[str, Any], unit: str, entries: int, what: str) -> None:
    """The number of sets is a power of two of whole sets; tree-PLRU needs a power of two of ways."""
    ways, policy = values[f"{unit}.ways"], values[f"{unit}.replacement"]
    if not 1 <= ways <= LIMITS["ways"]:
        raise ConfigError(f"{unit}.ways = {ways} must be from 1 to {LIMITS['ways']}")
    sets = entries // ways
    if sets < 1 or sets * ways != entries or sets & (sets - 1):
        raise ConfigError(
            f"{unit}: {entries} {what} in {ways} ways give {entries / ways:g} sets, which is not a power of two",
            hint=f"change {unit}.ways, or the number of {what}",
        )
    if policy == "plru" and ways & (ways - 1):
        raise ConfigError(f"{unit}: tree-PLRU needs a power of two of ways, not {ways}", hint="use replacement = 'lru'")


def check(values: dict[str, Any]) -> None:
    """Raises ConfigError for the first impossible value."""
    _power_of_two(values, "cache.line", 16, LIMITS["line"])
    _choice(values, "timing", TIMINGS)
    for unit in CACHES:
        _choice(values, f"{unit}.replacement", POLICIES)
        if not values["cache.line"] <= values[f"{unit}.size"] <= LIMITS["size"]:
            raise ConfigError(f"{unit}.size = {values[f'{unit}.size']} must be from one line to {LIMITS['size']} bytes")
        _check_sets(values, unit, values[f"{unit}.size"] // values["cache.line"], "lines")
    for unit in TLBS:
        _choice(values, f"{unit}.replacement", POLICIES)
        if not 1 <= values[f"{unit}.entries"] <= LIMITS["entries"]:
            raise ConfigError(f"{unit}.entries = {values[f'{unit}.entries']} must be from 1 to {LIMITS['entries']}")
        _check_sets(values, unit, values[f"{unit}.entries"], "entries")
    if not 1 <= values["harts"] <= LIMITS["harts"]:
        raise ConfigError(f"harts = {values['harts']} must be from 1 to {LIMITS['harts']}")
    if not 1 << 16 <= values["ram"] <= LIMITS["ram"] or values["ram"] % 4096:
        raise ConfigError(f"ram = {values['ram']} must be whole pages from 64K to 64G")
    if values["quantum"] < 1:
        raise ConfigError("quantum must be at least 1 cycle")
    for key, value in values.items():
        if (key.startswith("costs.") or key.endswith(".latency")) and not 0 <= value <= 1_000_000:
            raise ConfigError(f"{key} = {value} must be from 0 to 1000000 cycles")
