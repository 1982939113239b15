"""Framing of the remote protocol: what gdb's manual says of packets, in whatever portions they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emu.debug.gdb.packet import ACK, DAMAGED, INTERRUPT, NAK, Reader, escape, frame, unescape
from emu.debug.gdb.target import registers, target_xml


def test_a_packet_as_the_manual_writes_it() -> None:
    """`$g#67`: the checksum is the sum of the characters modulo 256."""
    assert frame(b"g") == b"$g#67"
    assert frame(b"OK") == b"$OK#9a"


def test_signs_between_packets() -> None:
    items = list(Reader().feed(b"+-\x03$?#3fjunk$g#00"))
    assert items == [ACK, NAK, INTERRUPT, b"?", DAMAGED]


def test_escaped_characters() -> None:
    """} stands before a character xor 0x20, for the four that mean something."""
    assert escape(b"a}#$*b") == b"a}\x5d}\x03}\x04}\x0ab"


@given(st.binary(max_size=300))
def test_escape_goes_back(data: bytes) -> None:
    assert unescape(escape(data)) == data
    assert not set(escape(data)) & set(b"#$*")


@given(st.lists(st.binary(max_size=40).map(escape), max_size=5), st.integers(1, 7))
def test_any_portions(bodies: list[bytes], size: int) -> None:
    stream = b"+".join(frame(body) for body in bodies)
    reader, seen = Reader(), []
    for at in range(0, len(stream), size):
        seen += [item for item in reader.feed(stream[at : at + size]) if item != ACK]
    assert seen == bodies


def test_a_flood_without_an_end_is_dropped() -> None:
    reader = Reader()
    assert not list(reader.feed(b"$" + b"x" * (2 << 20)))
    assert list(reader.feed(b"$?#3f")) == [b"?"]


def test_register_numbers_are_gdbs() -> None:
    """x0 … x31 are 0 … 31, pc 32, f0 33, and CSR n is 65 + n."""
    by_name = {row.name: row for row in registers(64, floats=True)}
    numbers = [by_name[name].number for name in ("zero", "sp", "t6", "pc", "ft0", "ft11", "fflags", "cycle")]
    assert numbers == [0, 2, 31, 32, 33, 64, 66, 65 + 0xC00]
    assert by_name["a0"].bits == 64
    assert "riscv:rv32" in target_xml(32, floats=False)
