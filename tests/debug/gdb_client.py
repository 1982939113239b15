"""A client of the remote protocol that speaks to a stub in this process, over a real socket."""

from __future__ import annotations

import socket
import threading
from typing import Any

from debugged import debugged

from emu.debug.gdb.packet import Reader, frame, unescape
from emu.debug.gdb.server import Connection, listen
from emu.debug.gdb.stub import Stub
from emu.debug.lines import LineRunner
from emu.debug.session import Session


class Client:
    """Packets to a stub, replies back; console output of `monitor` is collected in `console`."""

    def __init__(self, program: str | Session, *args: str, **options: Any) -> None:
        self.session = debugged(program, *args, **options) if isinstance(program, str) else program
        face = LineRunner(lambda data, stream: None)
        server = listen(0)
        mine = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        server.close()
        self.socket, self.reader, self.replies, self.console = mine, Reader(), [], ""
        self.socket.settimeout(300)
        self.stub = Stub(self.session, face.attach(self.session))
        self.thread = threading.Thread(target=self.serve, args=(theirs,), daemon=True)
        self.thread.start()
        self.ask("QStartNoAckMode")

    def serve(self, theirs: socket.socket) -> None:
        """The stub's side."""
        Connection(theirs, self.stub).serve()

    def send(self, packet: str | bytes) -> None:
        """A packet, without waiting for the reply."""
        self.socket.sendall(frame(packet if isinstance(packet, bytes) else packet.encode()))

    def reply(self) -> str:
        """The next reply that is no console output."""
        while True:
            for item in self.replies:
                self.replies = self.replies[1:]
                if item[:1] == b"O" and item != b"OK":
                    self.console += bytes.fromhex(item[1:].decode()).decode()
                    continue
                return unescape(item).decode("latin-1")
            data = self.socket.recv(1 << 16)
            assert data, "the stub hung up"
            self.replies += [item for item in self.reader.feed(data) if isinstance(item, bytes)]

    def ask(self, packet: str | bytes) -> str:
        """A packet and its reply."""
        self.send(packet)
        return self.reply()

    def register(self, number: int) -> int:
        """p"""
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "little")

    @property
    def pc(self) -> int:
        return self.register(32)

    def monitor(self, line: str) -> str:
        """`monitor LINE`: what it prints."""
        self.console = ""
        assert self.ask("qRcmd," + line.encode().hex()) == "OK"
        return self.console

    def document(self, name: str, annex: str = "") -> str:
        """A qXfer document, in portions."""
        found = ""
        while True:
            part = self.ask(f"qXfer:{name}:read:{annex}:{len(found):x},200")
            found += part[1:]
            if part[0] == "l":
                return found

    def close(self) -> None:
        """Hang up; the stub ends."""
        self.socket.close()
        self.thread.join(30)
        assert not self.thread.is_alive()
