"""Keys of the prompt: one table of function keys, which the full screen shares, and Enter within a block."""

from __future__ import annotations

from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

RUN_KEYS: dict[str, tuple[str, str]] = {
    "continue": ("f5", "F5"),
    "reverse-continue": ("f17", "Shift-F5"),
    "stepi": ("f7", "F7"),
    "stepi -1": ("f19", "Shift-F7"),
    "next": ("f10", "F10"),
    "reverse-next": ("f22", "Shift-F10"),
    "step": ("f11", "F11"),
    "reverse-step": ("f23", "Shift-F11"),
    "finish": ("f12", "F12"),
    "reverse-finish": ("f24", "Shift-F12"),
}
"""What a key types → the key as terminals send it (Shift makes F5 an F17), and as people call it."""
OPENING = ("commands", "define")


def run_bindings() -> KeyBindings:
    """Keys that type a command and Enter."""
    bindings = KeyBindings()
    for line, (key, _) in RUN_KEYS.items():
        bindings.add(key)(typing(line))
    return bindings


def typing(line: str):  # -> a handler
    """A handler that types a line."""

    def handler(event: KeyPressEvent) -> None:
        event.current_buffer.text = line
        event.current_buffer.validate_and_handle()

    return handler


def unfinished(text: str) -> bool:
    """Whether more lines belong to this text: a block without its `end`, or a backslash at the end."""
    if text.endswith("\\"):
        return True
    depth = 0
    for words in filter(None, (line.split() for line in text.splitlines())):
        depth += (words[0] in OPENING) - (words == ["end"])
    return depth > 0


in_block = Condition(lambda: unfinished(get_app().current_buffer.text))
"""True where Enter begins a new line."""
