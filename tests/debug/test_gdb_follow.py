"""What gdb is told of processes and system calls: fork-, vfork-, exec-events and QCatchSyscalls (gdb, appendix E)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from debugged import assembled
from gdb_client import Client
from test_gdb_real import GDB, talk

from emu.cli.compiler import compile_to_elf

KNOWN = "qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+"
PC = 32
FAMILY = """
    .globl _start, work
_start:
    li a7, 220          # clone: fork
    li a0, 17
    li a1, 0
    ecall
    beqz a0, child
    mv s1, a0
    li a0, -1
    li a1, 0
    li a2, 0
    li a3, 0
    li a7, 260          # wait4
    ecall
    call work
    li a7, 220          # clone: vfork
    li a0, 0x4111
    mv a1, sp
    ecall
    beqz a0, child
    call work
    la a0, name
    li a1, 0
    li a2, 0
    li a7, 221          # execve
    ecall
    li a0, 3
    j leave
child:
    call work
    li a0, 5
leave:
    li a7, 93           # exit
    ecall
work:
    addi s0, s0, 1
    ret
    .data
name: .asciz "/bin/nothing"
"""


@pytest.fixture
def family() -> Iterator[Client]:
    client = Client(assembled(FAMILY))
    client.work = client.session.symbols.by_name["work"].start
    yield client
    client.close()


def test_children_are_told_and_let_go(family: Client) -> None:
    """fork is told with the child; a child that is let go runs on unseen, its breakpoints gone."""
    features = family.ask(KNOWN).split(";")
    assert {"fork-events+", "vfork-events+", "exec-events+", "QCatchSyscalls+"} <= set(features)
    assert family.ask(f"Z0,{family.work:x},2") == "OK"
    assert family.ask("vCont;c:p1.-1") == "T05fork:p2.2;thread:p1.1;core:0;"
    assert family.ask("qfThreadInfo") == "mp1.1,p2.2"
    assert family.ask("D;2") == "OK" and family.ask("qfThreadInfo") == "mp1.1"
    assert family.ask("vCont;c:p1.-1") == "T05swbreak:;thread:p1.1;core:0;"
    assert family.ask("vCont;c:p1.-1") == "T05vfork:p3.3;thread:p1.1;core:0;"
    assert family.ask("D;3") == "OK"
    assert family.ask("vCont;c:p1.-1") == "T05vforkdone:;thread:p1.1;core:0;"
    assert family.ask("vCont;c:p1.-1") == "T05swbreak:;thread:p1.1;core:0;"
    assert family.ask("vCont;c:p1.-1") == "W03;process:1"


def test_a_child_is_followed_to_its_end(family: Client) -> None:
    """The parent is let go; the child has breakpoints of its own, and its end is told; back in time it lives again."""
    family.ask(KNOWN)
    assert family.ask("vCont;c").startswith("T05fork:p2.2;")
    assert family.ask("D;1") == "OK" and family.ask("Hgp2.2") == "OK"
    assert family.ask(f"Z0,{family.work:x},2") == "OK"
    assert family.ask("vCont;c:p2.-1") == "T05swbreak:;thread:p2.2;core:0;"
    assert family.pc == family.work
    assert family.ask("vCont;c:p2.-1") == "W05;process:2"
    assert family.ask("qfThreadInfo") == "l"
    assert family.ask("bs").startswith("T05thread:p2.2") and family.ask("qfThreadInfo") == "mp2.2"


THREADED = """
    .globl _start
_start:
    li a7, 220          # clone: fork
    li a0, 17
    li a1, 0
    ecall
    beqz a0, child
    li a0, -1
    li a1, 0
    li a2, 0
    li a3, 0
    li a7, 260          # wait4
    ecall
    li a0, 3
    li a7, 93           # exit
    ecall
child:
    li a7, 220          # clone: a thread
    li a0, 0x50f00
    addi a1, sp, -256
    ecall
    beqz a0, thread
    {leader}
thread:
    li a7, 124          # sched_yield
    ecall
    li a7, 124
    ecall
    li a0, 6
    li a7, {last}
    ecall
"""
LEAVE, STAY = "li a0, 4\n li a7, 93\n ecall", "1: li a7, 124\n ecall\n j 1b"
KILL = "1: li a7, 124\n ecall\n lw a0, 0(zero)\n j 1b"


@pytest.mark.parametrize(
    ("leader", "last", "told"),
    [(LEAVE, 93, "W04"), (LEAVE, 94, "W06"), (STAY, 94, "W06"), (KILL, 124, "X0b")],
    ids=["the leader first", "exit_group alone", "exit_group by a thread", "a signal"],
)
def test_a_process_of_threads_ends_once(leader: str, last: int, told: str) -> None:
    """Its end is told with its last thread, leader or not, and how as wait4 has it; threads' own ends are not told."""
    client = Client(assembled(THREADED.format(leader=leader, last=last)))
    try:
        client.ask(KNOWN)
        assert client.ask("vCont;c").startswith("T05fork:p2.2;")
        said = client.ask("vCont;c")
        if told[0] == "X":
            assert said.startswith("T0b")  # the signal is told before
            said = client.ask("vCont;C0b")
        assert said == f"{told};process:2"
        assert client.ask("vCont;c") == "W03;process:1"
    finally:
        client.close()


def test_the_first_process_takes_all_with_it(family: Client) -> None:
    """Each end is told, one at a time."""
    family.ask(KNOWN)
    family.ask("vCont;c")
    family.monitor("goto end")
    family.session.kill(1)
    assert family.ask("vCont;c") == "X09;process:1" and family.ask("vCont;c") == "X09;process:2"


def test_one_of_two_is_killed(family: Client) -> None:
    """vKill of a child leaves the rest."""
    family.ask(KNOWN)
    family.ask("vCont;c")
    assert family.ask("vKill;2") == "OK" and family.ask("qfThreadInfo") == "mp1.1"
    assert family.ask("vCont;c").startswith("T05vfork:p3.3;")


def test_without_events_all_processes_are_there(family: Client) -> None:
    """A client that knows none of them sees children as they come."""
    family.ask("qSupported:multiprocess+")
    family.monitor("catch fork")
    assert family.ask("vCont;c").startswith("T05thread:p1.1")
    assert family.ask("qfThreadInfo") == "mp1.1,p2.2"


def test_system_calls_are_caught(family: Client) -> None:
    """Entry and return, of all or of some; 0 ends it."""
    assert family.ask("QCatchSyscalls:1;dc;5d") == "OK"
    pc = family.pc
    assert family.ask("vCont;c") == "T05syscall_entry:dc;thread:p1.1;core:0;"
    assert family.pc > pc and family.register(17) == 220
    assert family.ask("vCont;c").startswith("T05syscall_return:dc;thread:p1.1")
    assert family.register(10) == 2
    assert family.ask("vCont;c") == "T05syscall_entry:5d;thread:p2.2;core:0;"
    assert family.ask("QCatchSyscalls:1") == "OK"
    assert family.ask("vCont;c").startswith("T05syscall_")
    assert family.ask("QCatchSyscalls:0") == "OK"
    assert family.ask("vCont;c") == "W03;process:1"


def test_execve_is_told_with_its_path() -> None:
    """gdb's breakpoints of the old program are gone with it; on the way back the old program is there."""
    client = Client("kernel/exec.s")
    try:
        client.ask(KNOWN)
        assert client.ask(f"Z0,{client.pc:x},2") == "OK" and client.ask("vCont;s").startswith("T05")
        path = b"/programs/kernel/exec.s".hex()
        assert client.ask("vCont;c") == f"T05exec:{path};thread:p1.1;core:0;"
        assert client.ask("vCont;c") == "W00;process:1"
    finally:
        client.close()


def test_a_moved_guest_is_announced(family: Client) -> None:
    """After `monitor back` gdb holds old registers: the console says how to look again."""
    family.ask("vCont;s:p1.1")
    assert "maintenance flush register-cache" in family.monitor("back")
    assert "maintenance" not in family.monitor("print $pc")


# -- the real one -----------------------------------------------------------------------------------------------------
FOLLOWED = {
    "parent": (
        ("continue", "bt 2", "continue", "continue"),
        ("Detaching after fork", "parent (pid=2)", "is executing new"),
    ),
    "child": (
        ("set follow-fork-mode child", "continue", "bt 2", "continue"),
        ("Attaching after", "child ()", "[Inferior 2 (process 2) exited with code 026]"),
    ),
    "both": (
        ("set detach-on-fork off", "set schedule-multiple on", "continue", "info inferiors", "continue"),
        ("* 2    process 2", "  1    process 1", "[Inferior 2 (process 2) exited with code 026]"),
    ),
}


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """forks.c compiled."""
    path = tmp_path_factory.mktemp("gdb") / "forks"
    path.write_bytes(compile_to_elf((str(Path(__file__).with_name("forks.c")),), 64, ("-g",)))
    return path


if GDB:  # collected only where there is one

    @pytest.mark.parametrize("way", FOLLOWED)
    def test_a_real_gdb_follows(forks: Path, way: str) -> None:
        """set follow-fork-mode, set detach-on-fork; execve brings the new program's symbols."""
        lines, expected = FOLLOWED[way]
        said = talk(str(forks), "break work", *lines)
        assert all(text in said for text in expected), said
