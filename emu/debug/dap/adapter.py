"""Requests in, responses and events out: one adapter serves one editor.

A handler is a function (adapter, arguments) -> body; REQUESTS of the modules map commands to them. Requests are served
one after the other; while the guest runs, a second thread still hears `pause` and the end of the connection.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from emu.debug.dap import lifecycle, looking, points, running, variables
from emu.debug.dap.wire import Wire
from emu.debug.guard import InternalError, guarded
from emu.errors import EmuError

Start = Callable[["Adapter", dict[str, Any]], tuple[Any, Callable[[str], str]]]
MALFORMED = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)
URGENT = ("pause", "disconnect", "terminate")


class Adapter:
    """The state of a conversation.

    start(adapter, arguments of launch) -> (Session, run a line of the REPL): made by the command line, which knows how
    to build programs and machines.
    """

    def __init__(self, wire: Wire, start: Start) -> None:
        self.wire, self.start = wire, start
        self.session: Any = None
        self.run_line: Callable[[str], str] = lambda line: ""
        self.complete: Callable[[str], list[Any]] = lambda line: []
        self.client: dict[str, Any] = {}  # what the editor said of itself
        self.stops: list[Any] = []  # that the console's line has shown
        self.launched: dict[str, Any] = {}
        self.finished = False
        self.numbers: dict[str, list[int]] = {}  # the session's break numbers by where the editor keeps them
        self.last: Any = None  # the Stop that the editor was told of
        self.handles = variables.Handles()
        self.after: list[Callable[[], None]] = []  # what follows a response: events, running
        self.table = lifecycle.REQUESTS | points.REQUESTS | running.REQUESTS | looking.REQUESTS | variables.REQUESTS
        self.requests: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def serve(self) -> None:
        """Answer until the editor disconnects or the stream ends."""
        threading.Thread(target=self._listen, daemon=True).start()
        while not self.finished and (request := self.requests.get()) is not None:
            self.wire.send(self.answer(request))
            after, self.after = self.after, []
            for action in after:
                self._follow(action)
            self._answered()

    def _listen(self) -> None:
        for message in self.wire.receive():
            if message.get("type") == "request":
                if message.get("command") in URGENT:
                    self.interrupt()
                self.requests.put(message)
        self.interrupt()
        self.requests.put(None)

    def _answered(self) -> None:
        """A stop that was asked for while nothing runs is not kept for later."""
        self.requests.task_done()
        if self.session is not None and not self.requests.unfinished_tasks:
            self.session.engine.was_interrupted()

    def interrupt(self) -> None:
        """Stop the guest, if a request is being served that may have let it run."""
        if self.session is not None and self.requests.unfinished_tasks:
            self.session.engine.interrupt()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The response to a request, whatever it holds."""
        command = str(request.get("command"))
        response = {"type": "response", "request_seq": request.get("seq", 0), "command": command, "success": True}
        handler, arguments = self.table.get(command), request.get("arguments")
        try:
            if handler is None:
                raise EmuError(f"emu has no request {command!r}")
            if self.session is None and command not in lifecycle.REQUESTS:
                raise EmuError("nothing was launched yet")
            with guarded(command):
                body = handler(self, arguments if isinstance(arguments, dict) else {})
            return response | ({"body": body} if body is not None else {})
        except InternalError as error:
            if not isinstance(error.__context__, MALFORMED):
                return response | failure(str(error))
            return response | failure(f"{command}: malformed arguments: {error.__context__!r}")
        except EmuError as error:
            return response | failure(str(error))

    def evaluated(self, text: str, frame: int) -> dict[str, Any]:
        """The value of an expression in a frame, as the editor wants it."""
        return variables.evaluated(self, text, frame)

    def _follow(self, action: Callable[[], None]) -> None:
        try:
            with guarded("running"):
                action()
        except EmuError as error:
            self.say(f"{error}\n", "important")
            if self.session is not None:
                self.wire.event("stopped", reason="exception", threadId=self.session.pid, allThreadsStopped=True)

    def say(self, text: str, category: str = "console") -> None:
        """Text for the editor's console; stdout and stderr are the guest's."""
        self.wire.event("output", category=category, output=text)


def failure(text: str) -> dict[str, Any]:
    """What makes a response a refusal that the user gets to see."""
    shown = text.removeprefix("error: ")
    return {"success": False, "message": shown, "body": {"error": {"id": 1, "format": shown, "showUser": True}}}
