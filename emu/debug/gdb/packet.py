"""Framing of the GDB remote serial protocol (gdb manual, appendix E): $data#checksum, escapes, acknowledgements.

Bytes come in any portions; `Reader` turns them into packets, INTERRUPT, ACK and NAK.
"""

from __future__ import annotations

from collections.abc import Iterator

INTERRUPT, ACK, NAK, DAMAGED = "interrupt", "+", "-", "damaged"
LONGEST = 1 << 20
SPECIAL = frozenset(b"#$}*")


def checksum(body: bytes) -> bytes:
    """The two hexadecimal digits after #."""
    return b"%02x" % (sum(body) & 0xFF)


def escape(data: bytes) -> bytes:
    """Binary data with the characters that mean something put as } and the character xor 0x20."""
    return b"".join(bytes((0x7D, byte ^ 0x20)) if byte in SPECIAL else bytes((byte,)) for byte in data)


def unescape(data: bytes) -> bytes:
    """What `escape` was given."""
    out, rest = bytearray(), iter(data)
    for byte in rest:
        out.append(next(rest, 0) ^ 0x20 if byte == 0x7D else byte)
    return bytes(out)


def frame(body: bytes) -> bytes:
    """A packet as it goes over the wire; `body` is escaped already where it holds binary data."""
    return b"$" + body + b"#" + checksum(body)


class Reader:
    """Collects bytes. `feed` yields what is complete: bytes of a packet, or INTERRUPT, ACK, NAK, DAMAGED."""

    def __init__(self) -> None:
        self.held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | str]:
        """Every packet and sign that these bytes complete."""
        self.held += data
        while self.held:
            item, used = self._first()
            if not used:
                if len(self.held) > LONGEST:
                    self.held.clear()
                return
            del self.held[:used]
            if item is not None:
                yield item

    def _first(self) -> tuple[bytes | str | None, int]:
        """What stands first, and how many bytes it takes; 0 bytes: not complete yet."""
        first = self.held[0]
        if first == 3:
            return INTERRUPT, 1
        if first in b"+-":
            return chr(first), 1
        if first != ord("$"):
            return None, 1
        end = self.held.find(b"#")
        if end < 0 or len(self.held) < end + 3:
            return None, 0
        body, told = bytes(self.held[1:end]), bytes(self.held[end + 1 : end + 3]).lower()
        return (body if told == checksum(body) else DAMAGED), end + 3
