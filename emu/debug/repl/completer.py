"""emu.debug.complete in prompt_toolkit's terms."""

from __future__ import annotations

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from emu.debug.complete import complete
from emu.debug.shell import Shell


class ShellCompleter(Completer):
    """Completions of the current line, with what each is. Nothing while the machine is still being compiled."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        for row in complete(self.shell, document.current_line_before_cursor):
            yield Completion(row.text, -row.length, display_meta=row.meaning)
