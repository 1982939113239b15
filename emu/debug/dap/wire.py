"""Messages of the Debug Adapter Protocol ("Base protocol"): a Content-Length header, a blank line, a JSON object."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

LONGEST = 16 << 20


class Wire:
    """Two byte streams as a source and a sink of messages. `send` may be called by any thread."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self.source, self.sink = source, sink
        self.lock = threading.Lock()
        self.sequence = 0

    def receive(self) -> Iterator[dict[str, Any]]:
        """The messages until the stream ends. What is no message is left out."""
        while (length := self._header()) is not None:
            body = self.source.read(length)
            if len(body) < length:
                return
            try:
                message = json.loads(body)
            except ValueError:
                continue
            if isinstance(message, dict):
                yield message

    def _header(self) -> int | None:
        """The length that the next header tells; None at the end of the stream or for an impossible one."""
        length = None
        while line := self.source.readline(1000):
            name, _, value = line.decode("ascii", "replace").partition(":")
            if name.strip().lower() == "content-length" and value.strip().isdigit():
                length = int(value)
            elif not line.strip() and length is not None:
                return length if length <= LONGEST else None
        return None

    def send(self, message: dict[str, Any]) -> None:
        """Number a message and write it."""
        with self.lock:
            self.sequence += 1
            body = json.dumps({"seq": self.sequence, **message}).encode()
            self.sink.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.sink.flush()

    def event(self, name: str, **body: Any) -> None:
        """Send an event."""
        self.send({"type": "event", "event": name, "body": body})
