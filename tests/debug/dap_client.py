"""A scripted editor: starts `emu dap` as VS Code does and speaks to it over its standard streams."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds: a busy host that compiles the machine first


class Editor:
    """Requests, their responses, and the events that come between."""

    def __init__(self) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process; a pipe could be full
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emu", "dap"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        self.sequence, self.events, self.inbox = 0, [], queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """Messages into the inbox."""
        stream = self.process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            stream.readline()
            self.inbox.put(json.loads(stream.read(length)))
        self.inbox.put(None)

    def send(self, command: str, **arguments: Any) -> int:
        """A request; its number."""
        self.sequence += 1
        body = json.dumps(
            {"seq": self.sequence, "type": "request", "command": command, "arguments": arguments}
        ).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return self.sequence

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def message(self) -> dict[str, Any]:
        """The next one; what went wrong if there is none."""
        message = self.inbox.get(timeout=PATIENCE)
        if message is None:
            self.errors.seek(0)
            raise AssertionError(self.errors.read().decode())
        return message

    def answer(self, number: int) -> dict[str, Any]:
        """The response to a request; events that come before it are kept."""
        while True:
            message = self.message()
            if message["type"] == "response" and message["request_seq"] == number:
                return message
            self.events.append(message)

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The body of a successful response."""
        response = self.answer(self.send(command, **arguments))
        assert response["success"], response
        return response.get("body", {})

    def refused(self, command: str, **arguments: Any) -> str:
        """The message of a refusal."""
        response = self.answer(self.send(command, **arguments))
        assert not response["success"], response
        return response["message"]

    def event(self, name: str) -> dict[str, Any]:
        """The body of the next event of a kind; those before it are dropped, but for output."""
        while True:
            for index, message in enumerate(self.events):
                if message["type"] == "event" and message["event"] == name:
                    del self.events[index]
                    return message.get("body", {})
            message = self.message()
            self.events.append(message)

    def output(self, category: str) -> str:
        """What has come for the console so far."""
        rows = [m["body"] for m in self.events if m.get("event") == "output"]
        return "".join(row["output"] for row in rows if row["category"] == category)

    def launched(self, program: str, **arguments: Any) -> None:
        """initialize and launch, up to the configuration."""
        self.ask("initialize", adapterID="emu", linesStartAt1=True)
        self.ask("launch", program=program, **arguments)
        self.event("initialized")

    def top(self) -> dict[str, Any]:
        """The innermost frame of the first thread."""
        thread = self.ask("threads")["threads"][0]["id"]
        return self.ask("stackTrace", threadId=thread)["stackFrames"][0]

    def close(self) -> None:
        """disconnect, and the process ends."""
        self.ask("disconnect")
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0
        self.process.stdout.close()
        self.errors.close()
