"""What the debugger's own look and behaviour can be told: one table, from which `set NAME` and `show` are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from emu.errors import EmuError

SWITCH = ("on", "off")
AUTO = ("auto", "on", "off")


class Setting(NamedTuple):
    """Choices (empty: a number), what it is at first, and what it does."""

    choices: tuple[str, ...]
    default: str
    meaning: str


SETTINGS: dict[str, Setting] = {
    "colour": Setting(AUTO, "auto", "colours: auto means on a terminal, unless NO_COLOR is set or TERM is dumb"),
    "page": Setting(SWITCH, "on", "show answers that are longer than the screen in a pager"),
    "width": Setting((), "0", "columns of the output; 0 asks the terminal"),
    "repeat": Setting(SWITCH, "on", "an empty line repeats the last command"),
    "format": Setting(("text", "plain", "json"), "text", "how answers are written"),
    "echo": Setting(SWITCH, "off", "print the commands of scripts before their answers"),
}


@dataclass(slots=True)
class Settings:
    """The values now, by name."""

    values: dict[str, str] = field(default_factory=lambda: {name: row.default for name, row in SETTINGS.items()})

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def on(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.values[name] == "on"

    @property
    def width(self) -> int:
        """Columns; 0 where the terminal decides."""
        return int(self.values["width"])

    def set(self, name: str, value: str) -> None:
        """Change one. EmuError for a value that it can't have."""
        choices = SETTINGS[name].choices
        if choices and value not in choices:
            raise EmuError(f"{name} can't be {value!r}", hint=f"one of {', '.join(choices)}")
        if not choices and not (value.isascii() and value.isdigit() and len(value) < 5):
            raise EmuError(f"{name} can't be {value!r}", hint="a number below 10000")
        self.values[name] = value

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(self.values)
