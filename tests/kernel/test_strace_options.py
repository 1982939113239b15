"""What the strace log can be told: columns, times, paths, sizes, the summary, and which calls; as strace takes it."""

from __future__ import annotations

import re

import pytest
from kernel_fake import BSS, Dead
from strace_log import Log

from emu.errors import EmuError
from emu.kernel.strace.classes import CLASSES
from emu.kernel.strace.options import parse as parse_options
from emu.kernel.strace.selection import EVERY, parse


def test_column() -> None:
    """The equal sign stands in column 40 where the line isn't longer, -a elsewhere."""
    log = Log(column=40)
    assert log.line("getpid") == f"{'getpid()':40}= 1\n"
    assert log.line("kill", 77, 15) == f"{'kill(77, SIGTERM)':40}= -1 ESRCH (No such process)\n"
    assert len(log.line("munmap", 4096, 4096).partition("=")[0]) == 40


def test_time() -> None:
    """Simulated: of the day, since 1970, since the last line, and in the call."""
    for stamp, form in (
        ("t", r"22:13:20 getpid"),
        ("tt", r"22:13:20\.\d{9} getpid"),
        ("ttt", r"1700000000\.\d{9} getpid"),
        ("r", r"     0\.0{9} getpid"),
    ):
        assert re.match(form, Log(stamp=stamp).line("getpid"))
    log = Log(spent=True)
    cost = log.guest.kernel.cost_syscall
    assert cost and log.line("getpid") == f"getpid() = 1 <0.{cost:09}>\n"


def test_paths() -> None:
    """-y: what each descriptor leads to."""
    log = Log(paths=True)
    assert (
        log.line("openat", -100, log.guest.string("/prog"), 0, 0)
        == 'openat(AT_FDCWD</>, "/prog", O_RDONLY) = 3</prog>\n'
    )
    assert log.line("close", 3) == "close(3</prog>) = 0\n"
    assert log.line("close", 3) == "close(3) = -1 EBADF (Bad file descriptor)\n"


def test_sizes() -> None:
    """-s: bytes of a string that are shown."""
    log = Log(strings=3)
    assert log.line("write", 1, log.guest.string("abcdef"), 6) == 'write(1, "abc"..., 6) = 6\n'


def test_summary() -> None:
    """-c: a table of calls that have returned, in place of the lines."""
    log = Log(lines=False, summary=True)
    for name, args in (("getpid", ()), ("getpid", ()), ("close", (9,))):
        assert log.line(name, *args) == ""
    log.strace.finish()
    rows = [line.split() for line in log.text.splitlines()]
    assert rows[0][-1] == "syscall" and ["2", "getpid"] in [row[3:] for row in rows]
    assert ["1", "1", "close"] in [row[3:] for row in rows] and rows[-1][3:] == ["3", "1", "total"]


def test_options_of_strace() -> None:
    """Its own command line; what is missing is refused with what there is."""
    told = parse_options("-f -ttT -s 100 -a 60 -e trace=read -o log")
    assert (told.stamp, told.spent, told.strings, told.column) == ("tt", True, 100, 60)
    assert (told.only, told.output, told.lines) == ({"read"}, "log", True)
    assert parse_options("-c").lines is False and parse_options("-C open").only == {"openat"}
    for text, fields in (
        ("-e signal=11", {"signals": {"SIGSEGV"}}),
        ("-e signal=11,usr1", {"signals": {"SIGSEGV", "SIGUSR1"}}),
        ("-e trace=64", {"only": {"write"}}),
        ("-e status=detached", {"statuses": {"detached"}}),
        ("-e quiet=exits", {"quiet": 2}),
        ("-e quiet=personality,exit", {"quiet": 2}),
        ("-e quiet=all", {"quiet": 2}),
        ("-e quiet=attach", {"quiet": 0}),
        ("-e quiet=!exit", {"quiet": 0}),
        ("-v -e abbrev=all", {"full": False}),
        ("/^[[:alpha:]]+3$", {"only": {"clone3", "dup3"}}),
    ):
        assert {name: getattr(parse_options(text), name) for name in fields} == fields, text
    for text, refusal in (
        ("/[[a]", "no regular expression: Possible nested set"),
        ("/[[:letter:]]", "no regular expression"),
        ("/^[^[:alpha:]]", "no system call's name matches"),
        ("-e signal=65", "knows no"),
        ("-e trace=9999", "no system call '9999'"),
        ("-e quiet=exited", "quiet= knows no 'exited'"),
        ("-k", "-k"),
        ("-e signal=INTT", "signal= knows no 'SIGINTT'"),
        ("-e inject=read", "inject=read is not there"),
        ("-s x", "-s x is not a number"),
        ("-s -1", "-s -1"),
        ("'", "quotation"),
        ("-a", "requires"),
    ):
        with pytest.raises(EmuError, match=refusal):
            parse_options(text)


def test_what_is_told() -> None:
    """-z, -Z and status= choose by result, signal= by name, -n shows numbers, -qq leaves out exits."""
    calls = (("getpid", ()), ("close", (9,)))
    for told, kept in (
        ("-z", "getpid() = 1\n"),
        ("-e status=failed", "close(9) = -1 EBADF (Bad file descriptor)\n"),
        ("-n", "[ 172] getpid() = 1\n[  57] close(9) = -1 EBADF (Bad file descriptor)\n"),
        ("-Z -e trace=none", ""),
    ):
        log = Log(**{**vars_of(told), "column": 0})
        for name, args in calls:
            log.guest.call(name, *args)
        assert log.text == kept
    log = Log(**{**vars_of("-qq -e signal=!chld"), "column": 0})
    log.guest.call("kill", 1, 17)
    with pytest.raises(Dead):
        log.guest.call("exit_group", 1)
    assert log.text == "kill(1, SIGCHLD) = 0\nexit_group(1) = ?\n"


def vars_of(told: str) -> dict[str, object]:
    """The fields of options."""
    options = parse_options(told)
    return {name: getattr(options, name) for name in options.__slots__}


def test_structures_whole() -> None:
    """-v: what is cut short without it."""
    log = Log(full=True)
    assert "machine=" in log.line("uname", BSS + 64) and "..." not in log.text
    fd = log.guest.open("/tmp", 0o200000)
    assert 'd_type=DT_DIR, d_name="."}, {' in log.line("getdents64", fd, BSS + 64, 512)
    for name, last in (("fstat", "st_ctime_nsec="), ("getrusage", "ru_nivcsw=")):
        assert last in log.line(name, fd if name == "fstat" else 0, BSS + 64) and "..." not in log.text
    log.line("statx", fd, log.guest.string(""), 0x1000, 0xFFF, BSS + 64)
    assert "stx_mask=STATX_ALL, " in log.text and "stx_btime={tv_sec=1700000000, " in log.text


def test_classes() -> None:
    """Each name is a system call; the older names of classes, expressions, and calls that need not be."""
    assert all(calls and calls <= EVERY for calls in CLASSES.values())
    assert parse("file,desc") == parse("%file,%desc") and parse("?nothing,read") == {"read"}
    assert parse("none") == frozenset() and parse("/^getp.*d$") == {"getpid", "getppid", "getpgid"}
    assert {"execve", "statx", "getcwd"} < parse("%file") and not {"fstat", "read"} & parse("%file")
    with pytest.raises(EmuError, match="no regular expression"):
        parse("/(")


def test_selection() -> None:
    """Names, C's older names, classes; what is unknown is refused with a guess."""
    log = Log(only=parse("open,%process"))
    guest = log.guest
    guest.call("getpid")
    guest.call("openat", -100, guest.string("/prog"), 0, 0)
    assert log.text == 'openat(AT_FDCWD, "/prog", O_RDONLY) = 3\n'
    assert "getpid" not in parse("!%process,getpid") and {"write", "io_uring_setup"} < parse("!getpid")
    assert parse("all") is None and parse("mmap") == {"mmap", "mmap2"} and "fstat" in parse("%desc")
    with pytest.raises(EmuError, match="no system call 'opne'") as error:
        parse("read,opne")
    assert "open" in error.value.hint
