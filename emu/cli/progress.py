"""The bar of the first compile. Nothing is shown, and rich isn't imported, unless something is compiled."""

from __future__ import annotations

import os
import sys
from types import TracebackType

WHY = "compiling the machine (once per version; the result is cached)"


class CompileProgress:
    """Call it with (what, fraction done): a bar on a terminal, one line elsewhere. A context, to end the bar."""

    def __init__(self) -> None:
        self.bar = self.task = None
        self.shown = False

    def __call__(self, what: str, fraction: float) -> None:
        if not self.shown:
            self.shown = True
            self.start()
        if self.bar is not None:
            self.bar.update(self.task, completed=fraction, what=what)

    def start(self) -> None:
        """The first report: there is something to compile."""
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            print(f"{WHY}…", file=sys.stderr, flush=True)
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = TextColumn(WHY), BarColumn(bar_width=30), TimeElapsedColumn(), TextColumn("[dim]{task.fields[what]}")
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task("compile", total=1.0, what="")
        self.bar.start()

    def __enter__(self) -> CompileProgress:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.bar is not None:
            self.bar.stop()
