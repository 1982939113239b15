"""`emu asm`, `emu dis`, and every way in which a program can be wrong before it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emu.cli import exitcodes

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "programs" / "hello.s"
MAIN, GREET = ROOT / "programs" / "two_files" / "main.s", ROOT / "programs" / "two_files" / "greet.s"


@pytest.fixture
def elf(emu, tmp_path: Path) -> Path:
    """hello.s as an ELF."""
    path = tmp_path / "hello.elf"
    assert emu("asm", HELLO, "-o", path) == (0, "", "")
    return path


@pytest.mark.parametrize("xlen", [32, 64])
def test_assemble_then_run(emu, tmp_path: Path, xlen: int) -> None:
    """What asm writes, run takes; the ELF knows its width, and the file is executable."""
    path = tmp_path / "a.out"
    assert emu("asm", "--xlen", xlen, HELLO, "-o", path) == (0, "", "")
    assert path.read_bytes()[4] == (1 if xlen == 32 else 2)
    assert path.stat().st_mode & 0o111
    assert emu("run", path) == (0, "hello, world\n", "")


def test_only_files_become_executable(emu) -> None:
    """A pipe, or /dev/null, is written to and keeps its rights."""
    reader, writer = os.pipe()
    before = os.fstat(writer).st_mode
    assert emu("asm", HELLO, "-o", f"/dev/fd/{writer}") == (0, "", "")
    assert (os.fstat(writer).st_mode, os.read(reader, 4)) == (before, b"\x7fELF")
    os.close(reader)
    os.close(writer)


def test_sources_and_objects_link(emu, tmp_path: Path) -> None:
    """Two sources; a source and an object; an object by itself and --with."""
    obj, out = tmp_path / "greet.o", tmp_path / "greet"
    assert emu("asm", "-c", GREET, "-o", obj).code == 0
    expected = "greeting 3\ngreeting 2\ngreeting 1\n"
    for files in ([MAIN, GREET], [MAIN, obj], [obj, MAIN]):
        assert emu("asm", *files, "-o", out) == (0, "", "")
        assert emu("run", out)[:2] == (3, expected)
    assert emu("run", "--with", obj, MAIN)[:2] == (3, expected)


def test_the_same_source_gives_the_same_bytes(emu, tmp_path: Path) -> None:
    """No time stamps, no addresses of the host."""
    for name in ("a", "b"):
        emu("asm", HELLO, "-o", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_dis(emu, elf: Path) -> None:
    """Symbols, encodings, instructions; --source adds lines of the source; a source is assembled first."""
    text = emu("dis", elf).out
    assert "<_start>:" in text
    assert "ecall" in text
    assert "hold the question" not in text
    assert "the system call's number" in emu("dis", "--source", elf).out
    assert "ecall" in emu("dis", HELLO).out


def test_dis_one_symbol(emu) -> None:
    """--symbol shows that function only; an unknown one is answered with a suggestion."""
    fib = ROOT / "programs" / "fib.s"
    text = emu("dis", "--symbol", "fib", fib).out
    assert "<fib>:" in text
    assert "<_start>:" not in text
    done = emu("dis", "--symbol", "fub", fib)
    assert done.code == exitcodes.USAGE
    assert "did you mean 'fib'" in done.err


def broken(name: str, text: str | bytes, *said: str, command: tuple[str, ...] = ("run",)):
    """A file that is wrong, and what must be said about it."""
    return pytest.param(name, text if isinstance(text, bytes) else text.encode(), said, command, id=f"{name}-{said[0]}")


@pytest.mark.parametrize(
    ("name", "content", "said", "command"),
    [
        broken("x.s", "_start: addd a0, a0, a0\n", "x.s:1:9: error:", "addd", "^", "did you mean 'add"),
        broken("x.s", ".globl _start\n_start: addi a0, a0, 5000\n", "x.s:2:", "5000", "^", "2047"),
        broken("x.s", "_start: j nowhere\n", "nowhere", "x.s:1"),
        broken("x.s", "a: nop\na: nop\n", "x.s:2:1: error:", "'a'"),
        broken("x.s", "_start: lw a0, 4(a9)\n", "x.s:1:", "a9"),
        broken("x.s", '.include "gone.s"\n', "gone.s", "x.s:1"),
        broken("x.s", ".globll _start\n", "x.s:1:1: error:", "did you mean '.globl'"),
        broken("x.s", b"\xff\xfe\x00", "x.s:1: error: is not text"),
        broken("x.s", ".data\n.word 1\n", "there is no code"),
        broken("x.rs", "fn main(){}", "is neither an ELF nor assembly source", ".s, .S, .asm"),
        broken("empty", b"", "is empty"),
        broken("text", b"echo\n", "is neither an ELF nor assembly source"),
        broken("script", b"#!/bin/sh\n", "its interpreter '/bin/sh' can't be opened: ENOENT", "--mount FOLDER:/bin"),
        broken("script", b"#!\n", "its first line names no interpreter"),
        broken("magic", b"\x7fELF", "truncated"),
        broken("header", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\xf3\0\x01\0\0\0", "header: error:"),
    ],
)
def test_wrong_programs(
    emu, tmp_path: Path, monkeypatch, name: str, content: bytes, said: tuple, command: tuple
) -> None:
    """Where, what, why, and how to mend it; exit code 2; nothing on stdout."""
    (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    done = emu(*command, name)
    assert (done.code, done.out) == (exitcodes.USAGE, "")
    for words in said:
        assert words in done.err, done.err


def patched(data: bytes, at: int, new: bytes) -> bytes:
    """Bytes with some of them replaced."""
    return data[:at] + new + data[at + len(new) :]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda elf: elf[:40], "truncated"),
        (lambda elf: elf[:100], "truncated"),
        (lambda elf: patched(elf, 18, b"\x3e\0"), "x86-64"),
        (lambda elf: patched(elf, 5, b"\x02"), "endian"),
        (lambda elf: patched(elf, 4, b"\x07"), "class"),
        (lambda elf: patched(elf, 56, b"\xff\xff"), ""),
        (lambda elf: patched(elf, 32, b"\xff" * 8), ""),
    ],
    ids=["short header", "short segments", "x86", "big-endian", "class", "many headers", "headers elsewhere"],
)
def test_wrong_elf(emu, elf: Path, tmp_path: Path, change, said: str) -> None:
    """Each kind of damage has its own message."""
    path = tmp_path / "damaged"
    path.write_bytes(change(elf.read_bytes()))
    done = emu("run", path)
    assert (done.code, done.out) == (exitcodes.USAGE, "")
    assert done.err.count("error:") == 1
    assert said in done.err


def test_width_of_an_elf_is_fixed(emu, elf: Path) -> None:
    """--xlen can't change it."""
    done = emu("run", "--xlen", "32", elf)
    assert done.code == exitcodes.USAGE
    assert "is a 64-bit ELF" in done.err


@pytest.mark.parametrize("path", ["no-such-file.s", "programs", "/dev/zero", "a\0b.s", "x" * 5000])
@pytest.mark.parametrize("command", ["run", "stat", "asm", "dis"])
def test_unreadable_files(emu, command: str, path: str) -> None:
    """A file that isn't there, a folder, a device, an impossible name."""
    done = emu(command, path)
    assert done.code == exitcodes.USAGE
    assert done.err.count("error:") == 1


def test_near_misses_of_file_names(emu) -> None:
    """The file beside it that was probably meant."""
    assert "did you mean 'hello.s'" in emu("run", ROOT / "programs" / "helo.s").err


def test_output_that_cannot_be_written(emu, tmp_path: Path) -> None:
    """One message, as for input."""
    done = emu("asm", HELLO, "-o", tmp_path / "no" / "such" / "folder")
    assert done.code == exitcodes.USAGE
    assert "cannot be written" in done.err


def test_an_executable_cannot_be_linked_again(emu, elf: Path) -> None:
    """Says that it isn't an object."""
    done = emu("run", "--with", elf, MAIN)
    assert done.code == exitcodes.USAGE
    assert "not an object file" in done.err


@pytest.mark.parametrize("options", [(), ("-c",)])
@pytest.mark.parametrize("output", ["m.s", "../here/m.s", "link.s"])
def test_an_input_is_no_output(emu, tmp_path: Path, options: tuple[str, ...], output: str) -> None:
    """Under no name of it."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "m.s").write_bytes(HELLO.read_bytes())
    (folder / "link.s").symlink_to("m.s")
    code, _, told = emu("asm", *options, folder / "m.s", "-o", folder / output)
    assert code == exitcodes.USAGE and "take the place of this input" in told
    assert (folder / "m.s").read_bytes() == HELLO.read_bytes()


def test_compile_only_takes_one_source(emu) -> None:
    """-c with two sources is a misunderstanding."""
    assert emu("asm", "-c", MAIN, GREET).code == exitcodes.USAGE
