"""The GDB stub, packet by packet, as gdb's manual describes them (appendix E)."""

from __future__ import annotations

import random
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from gdb_client import Client

SP, PC = 2, 32


@pytest.fixture
def fib() -> Iterator[Client]:
    client = Client("fib.s")
    yield client
    client.close()


@pytest.fixture
def null() -> Iterator[Client]:
    client = Client("null_deref.s")
    yield client
    client.close()


def test_what_it_can_do(fib: Client) -> None:
    features = fib.ask("qSupported:multiprocess+;swbreak+").split(";")
    assert {"ReverseStep+", "ReverseContinue+", "vContSupported+", "qXfer:features:read+"} <= set(features)
    assert fib.ask("vMustReplyEmpty") == ""
    assert fib.ask("?").startswith("T05") and "thread:p1.1" in fib.ask("?")


def test_documents(fib: Client) -> None:
    target = ET.fromstring(fib.document("features", "target.xml"))
    assert target.find("architecture").text == "riscv:rv64"
    assert {row.get("name") for row in target.iter("reg")} >= {"a0", "pc", "ft0", "fcsr", "satp"}
    assert ET.fromstring(fib.document("memory-map")).find("memory").get("type") == "ram"
    assert fib.document("exec-file", "1") == "/programs/fib.s"
    assert [row.get("id") for row in ET.fromstring(fib.document("threads"))] == ["p1.1"]
    vector = fib.document("auxv").encode("latin-1")
    pairs = {
        int.from_bytes(vector[k : k + 8], "little"): int.from_bytes(vector[k + 8 : k + 16], "little")
        for k in range(0, len(vector), 16)
    }
    assert (pairs[6], pairs[9]) == (4096, 0x10100)
    assert fib.ask("qXfer:nonsense:read::0,100") == ""


def test_the_executable_comes_from_the_guest(fib: Client) -> None:
    name = b"/programs/fib.s".hex()
    fd = fib.ask(f"vFile:open:{name},0,0").removeprefix("F")
    head = fib.ask(f"vFile:pread:{fd},10,0")
    assert head.startswith("F10;\x7fELF")
    assert fib.ask(f"vFile:close:{fd}") == "F0"
    assert fib.ask(f"vFile:open:{b'/etc/passwd'.hex()},0,0") == "F-1,2"
    assert fib.ask(f"vFile:open:{name},1,0") == "F-1,1e"  # for writing


def test_proc_is_read(fib: Client) -> None:
    """What gdb's `info proc` asks for: texts of /proc and its two links, without a trace in the guest."""
    fd = fib.ask(f"vFile:open:{b'/proc/1/maps'.hex()},0,0").removeprefix("F")
    assert "r-xp" in fib.ask(f"vFile:pread:{fd},400,0")
    assert fib.ask(f"vFile:readlink:{b'/proc/1/exe'.hex()}").endswith(";/programs/fib.s")
    assert fib.ask(f"vFile:readlink:{b'/programs/fib.s'.hex()}") == "F-1,2"
    assert fib.ask(f"vFile:open:{b'/proc/9/maps'.hex()},0,0") == "F-1,2"


def test_an_extended_connection_runs_again(fib: Client) -> None:
    """kill and run of `target extended-remote`; the stop is that of the first instruction."""
    assert fib.ask("!") == "OK"
    assert fib.ask("vCont;c") == "W00;process:1"
    assert fib.ask("vKill;1") == "OK"
    assert fib.ask("vRun;") == "T05thread:p1.1;core:0;"
    assert fib.pc == 0x10100


def test_quick_stops_cost_what_all_stops_cost(fib: Client) -> None:
    """gdb's own breakpoints are not lived through again at once: the clock that is shown is every replay's."""
    assert fib.ask("Z0,10148,2") == "OK"
    assert fib.ask("vCont;c").startswith("T05swbreak")
    cycle = fib.register(65 + 0xC00)
    assert fib.ask("vCont;s:p1.1").startswith("T05")
    assert fib.ask("bs").startswith("T05") and fib.register(65 + 0xC00) == cycle


def test_registers_and_memory(fib: Client) -> None:
    registers = fib.ask("g")
    assert len(registers) == 2 * 8 * (33 + 32)
    assert int.from_bytes(bytes.fromhex(registers[PC * 16 : PC * 16 + 16]), "little") == 0x10100 == fib.pc
    assert fib.ask("P5=efbeadde00000000") == "OK"
    assert fib.register(5) == 0xDEADBEEF
    sp = fib.register(SP)
    assert fib.ask(f"M{sp:x},4:01020304") == "OK"
    assert fib.ask(f"m{sp:x},4") == "01020304"
    assert fib.ask(f"X{sp:x},2:".encode() + b"}\x03}\x5d") == "OK"  # '#' and '}', escaped
    assert fib.ask(f"m{sp:x},2") == "237d"
    assert fib.ask("m0,4") == "E01"
    assert fib.ask(f"P{65 + 0xC00:x}=00") == "E0e"  # cycle can't be written


def test_breakpoint_step_and_back(fib: Client) -> None:
    assert fib.ask("Z0,10148,2") == "OK"
    assert fib.ask("vCont;c") == "T05swbreak:;thread:p1.1;core:0;"
    assert fib.pc == 0x10148
    assert fib.ask("vCont;s:p1.1").startswith("T05thread")
    after = fib.pc
    assert fib.ask("bs").startswith("T05") and fib.pc == 0x10148
    assert fib.ask("vCont;s:p1.1;c").startswith("T05") and fib.pc == after
    assert fib.ask("bc").startswith("T05swbreak") and fib.pc == 0x10148
    assert fib.ask("bc") == "T05replaylog:begin;thread:p1.1;core:0;"
    assert fib.pc == 0x10100
    assert fib.ask("z0,10148,2") == "OK"
    assert fib.ask("vCont;c") == "W00;process:1"
    assert fib.ask("?") == "W00;process:1"
    assert fib.ask("bs").startswith("T05")  # back from the dead


def test_range_step(fib: Client) -> None:
    assert fib.ask("vCont;r10100,10108:p1.1").startswith("T05")
    assert fib.pc == 0x10108


def test_watchpoint(fib: Client) -> None:
    sp = fib.register(SP)
    fib.ask("Z0,10148,2")
    fib.ask("vCont;c")
    low = (fib.register(SP) - 512) & -16
    assert fib.ask(f"Z2,{low:x},200") == "OK"
    fib.ask("z0,10148,2")
    reply = fib.ask("vCont;c")
    assert reply.startswith("T05watch:")
    assert low <= int(reply.split(":")[1].split(";")[0], 16) < sp


def test_signals_stop_before_they_are_delivered(null: Client) -> None:
    assert null.ask("vCont;c").startswith("T0bthread")
    assert null.register(5) == 0  # t0, the pointer
    assert null.ask("vCont;C0b:p1.1") == "X0b;process:1"


def test_threads_are_tasks() -> None:
    client = Client("kernel/threads.s", harts=2)
    try:
        assert client.ask("qfThreadInfo") == "mp1.1"
        client.monitor("catch fork")
        client.ask("vCont;c")
        client.monitor("stepi 3")
        names = client.ask("qfThreadInfo")[1:].split(",")
        assert names[0] == "p1.1" and len(names) >= 2
        assert client.ask(f"Hg{names[1]}") == "OK" and client.ask(f"T{names[1]}") == "OK"
        assert client.ask("Tp1.999") == "E01"
        assert bytes.fromhex(client.ask(f"qThreadExtraInfo,{names[1]}")).decode()
    finally:
        client.close()


def test_monitor_knows_every_command(fib: Client) -> None:
    assert "PGD" in fib.monitor("walk $sp")
    assert "no command" in fib.monitor("nonsense")


def test_an_interrupt_stops_a_loop() -> None:
    client = Client("spin.s")
    try:
        client.send("vCont;c")
        time.sleep(0.3)
        client.socket.sendall(b"\x03")
        assert client.reply().startswith("T02thread:p1.1")
        assert client.ask("vCont;s:p1.1").startswith("T05")
    finally:
        client.close()


def test_thirty_two_bits() -> None:
    client = Client("fib.s", xlen=32)
    try:
        assert "riscv:rv32" in client.document("features", "target.xml")
        assert len(client.ask("g")) == 2 * (4 * 33 + 8 * 32)
        assert client.ask("vCont;c") == "W00;process:1"
    finally:
        client.close()


@pytest.mark.parametrize("seed", range(3))
def test_malformed_packets_get_an_answer(fib: Client, seed: int) -> None:
    """Whatever comes, a reply; and the stub lives on."""
    rng = random.Random(seed)
    heads = [
        "m",
        "M",
        "X",
        "g",
        "G",
        "p",
        "P",
        "Z",
        "z",
        "vCont;",
        "H",
        "Hg",
        "T",
        "qXfer:",
        "vFile:open:",
        "vFile:pread:",
        "qRcmd,",
    ]
    heads += ["qThreadExtraInfo,", "QPassSignals:", "vFile:fstat:", "q", "v", "Q", "x"]
    for _ in range(150):
        tail = "".join(rng.choice("0123456789abcdef,:;=-p.zZ$") for _ in range(rng.randrange(24)))
        packet = rng.choice(heads) + tail
        if not packet.startswith(("vCont;c", "vCont;C", "c", "C")):
            fib.send(packet.replace("$", "").encode())
            fib.reply()
    assert fib.ask("qC").startswith("QC")
