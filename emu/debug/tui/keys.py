"""Keys of the full screen. KEYS is what F1 shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from emu.debug.repl.keys import RUN_KEYS, in_block
from emu.debug.view import Facts, View

if TYPE_CHECKING:
    from emu.debug.tui.app import FullScreen

KEYS: dict[str, tuple[str, str]] = {
    "f1": ("F1", "these keys"),
    "f6": ("F6, or a click", "the next pane becomes the active one"),
    "f18": ("Shift-F6", "the previous one"),
    "f8": ("F8, or a click on a name", "the active pane shows its next view"),
    "f20": ("Shift-F8", "its previous view"),
    "f9": ("F9", "the active pane alone, and back"),
    "pageup": ("PageUp, or the wheel", "scroll the active pane up"),
    "pagedown": ("PageDown, or the wheel", "scroll it down; at the end it follows the program again"),
    "c-c": ("Ctrl-C", "stop the program; empty the line"),
    "c-d": ("Ctrl-D, layout off", "back to the prompt"),
    "c-l": ("Ctrl-L", "draw everything anew"),
}
"""Key → as people call it, what it does."""


def bindings(full: FullScreen) -> KeyBindings:
    """All of them; everything else edits the command line."""
    keys = KeyBindings()
    for line, (key, _) in RUN_KEYS.items():
        keys.add(key)(lambda event, line=line: full.perform(line))
    actions = {
        "f1": lambda: full.screen.say(help_view()),
        "f6": lambda: turn_slot(full, 1),
        "f18": lambda: turn_slot(full, -1),
        "f8": lambda: full.active.turn(1),
        "f20": lambda: full.active.turn(-1),
        "f9": lambda: zoom(full),
        "pageup": lambda: page(full, -1),
        "pagedown": lambda: page(full, 1),
        "c-c": full.interrupt,
        "c-d": full.app_exit,
        "c-l": lambda: full.app.renderer.clear(),
    }
    for key, action in actions.items():
        keys.add(key)(lambda event, action=action: (action(), event.app.invalidate())[0])
    keys.add("enter", filter=~in_block)(enter)
    return keys


def enter(event: KeyPressEvent) -> None:
    """Take the completion that is marked, or run the line."""
    event.current_buffer.validate_and_handle()


def turn_slot(full: FullScreen, by: int) -> None:
    """Another slot becomes the active one."""
    full.activate(full.slots[(full.slots.index(full.active) + by) % len(full.slots)])
    if full.zoomed:
        full.build()


def zoom(full: FullScreen) -> None:
    """The active slot alone, or all."""
    full.zoomed = not full.zoomed
    full.build()


def page(full: FullScreen, by: int) -> None:
    """Scroll the active pane."""
    control = full.controls[id(full.active)]
    control.scroll(by * max(control.size[1] - 2, 1))


def help_view() -> View:
    """The keys as an answer."""
    rows = [(name, meaning) for name, meaning in KEYS.values()] + [(name, line) for line, (_, name) in RUN_KEYS.items()]
    return View("keys", dict(rows), [Facts(rows, title="keys")])
