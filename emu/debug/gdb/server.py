"""The socket: gdb connects to a port of this host; a thread listens for an interrupt while the guest runs."""

from __future__ import annotations

import queue
import socket
import threading

from emu.debug.gdb.packet import ACK, DAMAGED, INTERRUPT, NAK, Reader, frame
from emu.debug.gdb.stub import Stub

LOOPBACK = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A listening socket on loopback only; port 0 lets the system choose."""
    server = socket.create_server((LOOPBACK, port), reuse_port=False)
    server.listen(1)
    return server


class Connection:
    """One gdb. `serve` returns when it has left."""

    def __init__(self, connection: socket.socket, stub: Stub) -> None:
        self.socket, self.stub = connection, stub
        self.packets: queue.Queue[bytes | None] = queue.Queue()
        self.last = b""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stub.send_console = self.console

    def serve(self) -> None:
        """Answer packets until gdb detaches, kills or hangs up."""
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            while not self.stub.finished and (packet := self.packets.get()) is not None:
                reply = self.stub.answer(packet)
                self._answered()
                if reply is not None:
                    self._send(reply)
        except OSError:
            pass
        finally:
            self.socket.close()

    def _answered(self) -> None:
        """A stop that was asked for while nothing runs is not kept for later."""
        self.packets.task_done()
        if not self.packets.unfinished_tasks:
            self.stub.session.engine.was_interrupted()

    def _interrupt(self) -> None:
        """Stop the guest, if a packet is being served that may have let it run."""
        if self.packets.unfinished_tasks:
            self.stub.session.engine.interrupt()

    def console(self, text: str) -> None:
        """Text for gdb's console, in portions that fit into packets."""
        data = text.encode()
        for at in range(0, len(data), 4000):
            self._send(b"O" + data[at : at + 4000].hex().encode())

    def _send(self, body: bytes) -> None:
        self.last = frame(body)
        self.socket.sendall(self.last)

    def _listen(self) -> None:
        """What the reading thread does: acknowledge, queue packets, stop the guest when gdb asks for it."""
        reader = Reader()
        try:
            while data := self.socket.recv(1 << 16):
                for item in reader.feed(data):
                    self._take(item)
        except OSError:
            pass
        self._interrupt()
        self.packets.put(None)

    def _take(self, item: bytes | str) -> None:
        if item == INTERRUPT:
            self._interrupt()
        elif item == NAK:
            self.socket.sendall(self.last)
        elif item == DAMAGED:
            self.socket.sendall(b"-")
        elif item != ACK:
            if self.stub.acks:
                self.socket.sendall(b"+")
            self.packets.put(item)
