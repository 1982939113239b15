"""A slot as prompt_toolkit draws it: tabs in the first line, then the pane, scrolled so that pc stays in sight."""

from __future__ import annotations

from time import perf_counter

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.mouse_events import MouseEvent, MouseEventType

from emu.debug import draw
from emu.debug.draw import Spans
from emu.debug.repl.lexer import formatted
from emu.debug.tui.panes import Drawn, drawn, pane_of
from emu.debug.tui.screen import Screen
from emu.debug.tui.slots import Slot

WHEEL = 3  # lines
SLOW = 0.5  # seconds: what takes longer is asked anew only in the active pane


class PaneControl(UIControl):
    """Draws a slot at the size that it is given. While the program runs, it shows what it showed before."""

    def __init__(self, screen: Screen, slot: Slot, is_active) -> None:
        self.screen, self.slot, self.is_active = screen, slot, is_active
        self.known: tuple = (-1, "", 0)
        self.drawn = Drawn()
        self.size, self.seconds = (1, 1), 0.0
        self.tabs: list[tuple[int, int, int]] = []

    def create_content(self, width: int, height: int | None) -> UIContent:
        height = height or 1
        self.size = width, height
        self.refresh(width)
        body = [self.fitted(line, width) for line in self.visible_lines(height - 1)]
        lines = [self.title(width), *body]
        return UIContent(
            get_line=lambda i: lines[i] if i < len(lines) else [], line_count=len(lines), show_cursor=False
        )

    def refresh(self, width: int) -> None:
        """Ask the pane anew if something has happened since; a costly one in the background, where it is not slow."""
        wanted = (self.screen.changed, self.slot.name, width)
        live = self.slot.name in ("answers", "output")
        if wanted == self.known or (self.screen.running and not live):
            return
        if not pane_of(self.slot.name).costly:
            self.take(wanted, drawn(self.screen, self.slot.name, width))
        elif self.known[1:] != wanted[1:] or self.seconds < SLOW or self.is_active(self.slot):
            self.screen.later(self, wanted)

    def look(self, wanted: tuple) -> None:
        """Ask a costly pane, in whatever thread."""
        begin = perf_counter()
        self.take(wanted, drawn(self.screen, wanted[1], wanted[2]))
        self.seconds = perf_counter() - begin

    def take(self, wanted: tuple, found: Drawn) -> None:
        """This is what is shown now."""
        self.known, self.drawn = wanted, found
        self.screen.unseen.discard(wanted[1])

    def visible_lines(self, height: int) -> list[Spans]:
        """The part that is in sight."""
        slot, lines, focus = self.slot, self.drawn.lines, self.drawn.focus
        last = max(len(lines) - height, 0)
        if slot.following and focus is not None:
            focus = len(lines) - 1 if focus < 0 else focus
            if not slot.scroll + height // 4 <= focus < slot.scroll + height * 3 // 4:
                slot.scroll = focus - height // 2 if self.drawn.focus != -1 else last
        slot.scroll = min(max(slot.scroll, 0), last)
        return lines[slot.scroll : slot.scroll + height]

    def fitted(self, line: Spans, width: int) -> StyleAndTextTuples:
        """A line cut to the width."""
        return formatted(draw.cut(line, width))

    def title(self, width: int) -> StyleAndTextTuples:
        """The tabs, a rule, and how much is out of sight."""
        active = self.is_active(self.slot)
        parts: Spans = [("─" if not active else "━", "rule")]
        self.tabs, at = [], 1
        for text, index in self.tab_texts(width):
            self.tabs.append((at, at + len(text), index))
            parts.append((text, ("tab" if active else "head") if index == self.slot.active else "dim"))
            at += len(text)
        more = self.position()
        rule = ("━" if active else "─") * max(width - at - len(more), 0)
        return formatted([*parts, (rule, "key" if active else "rule"), (more, "dim")])

    def tab_texts(self, width: int) -> list[tuple[str, int]]:
        """What the first line says, and which tab a click there means. `<3` and `3>`: so many are out of sight."""
        names, order = self.slot.names, self.tab_order(width)
        texts = [(f" {names[k]}{'•' if names[k] in self.screen.unseen else ''} ", k) for k in order]
        before, behind = order[0], len(names) - 1 - order[-1]
        return [
            *([(f"<{before}", before - 1)] if before else []),
            *texts,
            *([(f"{behind}> ", order[-1] + 1)] if behind else []),
        ]

    def tab_order(self, width: int) -> list[int]:
        """Tabs that fit: those from the first on, or as many of them left out as the active one needs."""
        widths, room = [len(name) + 3 for name in self.slot.names], max(width - 10, 1)
        if sum(widths) > room:
            room = max(room - 5, 1)  # for the counts of those that are left out
        first = 0
        while first < self.slot.active and sum(widths[first : self.slot.active + 1]) > room:
            first += 1
        order = [first]
        while order[-1] + 1 < len(widths) and sum(widths[first : order[-1] + 2]) <= room:
            order.append(order[-1] + 1)
        return order

    def position(self) -> str:
        """Which lines are in sight, where not all are."""
        height, count = self.size[1] - 1, len(self.drawn.lines)
        if count <= height:
            return ""
        return f" {min(self.slot.scroll + height, count)}/{count} "

    def scroll(self, by: int) -> None:
        """Up or down; at the end of what follows the program, it follows again."""
        slot, last = self.slot, max(len(self.drawn.lines) - self.size[1] + 1, 0)
        slot.scroll = min(max(slot.scroll + by, 0), last)
        slot.following = self.drawn.focus == -1 and slot.scroll == last

    def mouse_handler(self, mouse_event: MouseEvent) -> object:
        kind, place = mouse_event.event_type, mouse_event.position
        if kind == MouseEventType.SCROLL_DOWN:
            self.scroll(WHEEL)
        elif kind == MouseEventType.SCROLL_UP:
            self.scroll(-WHEEL)
        elif kind == MouseEventType.MOUSE_UP:
            self.screen.activate(self.slot)
            for begin, end, index in self.tabs if place.y == 0 else ():
                if begin <= place.x < end:
                    self.slot.choose(index)
        else:
            return NotImplemented
        return None
