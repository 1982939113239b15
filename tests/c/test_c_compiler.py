"""`emu cc`, and C sources where a program is wanted: what is compiled, what is passed on, what is said of mistakes."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from importlib import util
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from emu import cachedir
from emu.cli import compiler, diagnostics
from emu.cli.main import call

HELLO = '#include <stdio.h>\nint main(int c, char **v) { printf("%d %s " TEXT, c, v[c - 1]); return 5; }\n'
Emulate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cc(capfd: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """`emu cc` in this process."""
    capfd.readouterr()
    code = call(["cc", *args])
    return code, *capfd.readouterr()


@pytest.mark.parametrize("xlen", [64, 32])
def test_makes_a_static_elf_with_debug_information(folder: Path, capfd: pytest.CaptureFixture[str], xlen: int) -> None:
    """For the width asked for, with double-float ABI and the compressed instructions."""
    (folder / "a.c").write_text(HELLO)
    assert cc(capfd, "a.c", "-o", "a", '-DTEXT="x"', "--xlen", str(xlen))[0] == 0
    elf = ELFFile(io.BytesIO((folder / "a").read_bytes()))
    assert (elf.elfclass, elf["e_machine"], elf["e_type"], elf["e_flags"]) == (xlen, "EM_RISCV", "ET_EXEC", 5)
    assert elf.get_section_by_name(".debug_info") and not elf.get_section_by_name(".interp")


def test_options_reach_the_compiler(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Also those that look like emu's or like clusters of short ones: -c, -S, -o, -fno-…, -h inside a word."""
    (folder / "a.c").write_text("int f(int x) { return x * N; }\n")
    assert cc(capfd, "-c", "-O2", "-g0", "-DN=3", "-fno-short-enums", "a.c", "-o", "a.o")[0] == 0
    elf = ELFFile(io.BytesIO((folder / "a.o").read_bytes()))
    assert elf["e_type"] == "ET_REL" and elf.get_section_by_name(".debug_info") is None
    code, out, _ = cc(capfd, "-E", "-P", "-DN=(1+2)", "a.c")
    assert code == 0 and "x * (1+2)" in out
    assert cc(capfd, "-S", "-DN=5", "-o", "a.s", "a.c")[0] == 0 and "ret" in (folder / "a.s").read_text()


def test_what_zig_takes_otherwise(folder: Path, capfd: pytest.CaptureFixture[str], emulate: Emulate) -> None:
    """Preprocessed sources, names that begin with a dash, and `-o -`, without a word about it."""
    (folder / "-a.c").write_text("int main(void) { return 3; }\n")
    assert cc(capfd, "-E", "--", "-a.c", "-o", "a.i")[0] == 0
    assert cc(capfd, "a.i", "-o", "one")[0] == 0 and emulate("one")[0] == 3 and emulate("a.i")[0] == 3
    code, out, err = cc(capfd, "-S", "-o", "-", "a.i")
    assert code == 0 and "main:" in out and err == "" and not (folder / "-").exists()


@pytest.mark.parametrize(("option", "holds"), [("-S", b"main:"), ("-c", b"\x7fELF")])
def test_no_file_takes_the_place_of_a_device(
    folder: Path, capfd: pytest.CaptureFixture[str], option: str, holds: bytes
) -> None:
    """A pipe, or /dev/null, is written to: zig would rename its file to it."""
    (folder / "a.c").write_text("int main(void) { return 0; }\n")
    os.mkfifo(folder / "pipe")
    reader = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert cc(capfd, option, "a.c", "-opipe")[:2] == (0, "")
    assert holds in os.read(reader, 1 << 16) and (folder / "pipe").is_fifo()
    os.close(reader)


def test_several_files_and_cxx(folder: Path, emulate: Emulate) -> None:
    """C and C++ linked together, with assembly; --with names further sources."""
    (folder / "main.cpp").write_text(
        '#include <string>\n#include <cstdio>\nextern "C" int c_part(int); extern "C" int s_part(int);\n'
        'int main() { std::printf("%s\\n", std::to_string(c_part(4) + s_part(1)).c_str()); }\n'
    )
    (folder / "part.c").write_text("int c_part(int x) { return x * 10; }\n")
    (folder / "part.s").write_text("        .globl s_part\ns_part: addi a0, a0, 1\n        ret\n")
    assert emulate("main.cpp", options=("--with", "part.c", "--with", "part.s"))[:2] == (0, "42\n")


@pytest.mark.parametrize("xlen", [64, 32])
def test_run_compiles(folder: Path, emulate: Emulate, xlen: int) -> None:
    """emu run takes a source; --cflags are the compiler's, what follows the source is the program's."""
    (folder / "a.c").write_text(HELLO)
    options = ("--xlen", str(xlen), "--cflags", "-O2 '-DTEXT=\"with blanks\"'")
    assert emulate("a.c", "--last", options=options)[:2] == (5, "2 --last with blanks")


def test_a_changed_header_is_noticed(folder: Path, emulate: Emulate) -> None:
    """What is cached depends on everything that was included."""
    (folder / "a.c").write_text('#include "n.h"\nint main(void) { return N; }\n')
    for number in (7, 8, 7):
        (folder / "n.h").write_text(f"#define N {number}\n")
        assert emulate("a.c")[0] == number


def test_mistakes_are_told_as_the_compiler_tells_them(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """File, line, column and caret on stderr, then exit code 2; warnings don't stop anything."""
    (folder / "bad.c").write_text("int main(void) { return missing; }\n")
    for args in (["cc", "bad.c", "-o", "x"], ["run", "bad.c"], ["dis", "bad.c"]):
        capfd.readouterr()
        assert call(args) == 2
        out, err = capfd.readouterr()
        assert out == "" and "bad.c:1:25: error: use of undeclared identifier 'missing'" in err and "^" in err
    (folder / "warn.c").write_text("int main(void) { int unused; return 0; }\n")
    for _ in range(2):  # the second time it has been compiled already
        code, _, err = cc(capfd, "-Wall", "warn.c", "-o", "x")
        assert code == 0 and err.count("unused variable") == 1


def test_a_file_without_a_mistake_is_told_from_a_program_with_one(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What does not link has compiled; on a terminal there are clang's colours, which change nothing about that."""
    (folder / "a.c").write_text("int missing(void);\nint main(void) { return missing(); }\n")
    for args in (["cc", "a.c", "-o", "x"], ["run", "a.c"], ["cc", "a.c", "-lnosuch", "-o", "x"]):
        capfd.readouterr()
        assert call(args) == 2
        assert "a.c: error: does not link, see above" in capfd.readouterr().err
    assert diagnostics.verdict("\x1b[1ma.c:1:2: \x1b[0m\x1b[0;1;31merror: \x1b[0mno") == "does not compile, see above"


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["run", "nothere.c"], "nothere.c: error: cannot be read"),
        (["run", "--cflags", "-c", "a.c"], "was not"),
        (["run", "--cflags", "'open", "a.c"], "no closing quotation"),
        (["cc"], "missing argument"),
        (
            ["cc", "aa.c", "-o", "x"],
            "aa.c: error: cannot be read: no such file or directory\n  hint: did you mean 'a.c'",
        ),
        (["cc", "-nosuch", "-E", "a.c", "-o", "x.i"], "error: the compiler has failed, see above"),
        (["cc", "a.c", "--xlen", "16"], "'16'"),
        (["asm", "a.c"], "emu cc a.c -o a"),
    ],
)
def test_bad_calls(folder: Path, capfd: pytest.CaptureFixture[str], args: list[str], text: str) -> None:
    """A message with a way out, exit code 2, no traceback."""
    (folder / "a.c").write_text("int main(void) { return 0; }\n")
    assert call(args) == 2
    err = capfd.readouterr().err
    assert text in err and "Traceback" not in err


def test_without_the_extra(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install; assembly goes on working."""
    (folder / "a.c").write_text("int main(void) { return 0; }\n")
    found = util.find_spec
    monkeypatch.setattr(compiler.util, "find_spec", lambda name: None if name == "ziglang" else found(name))
    for args in (["cc", "a.c"], ["run", "a.c"]):
        assert call(args) == 2
        assert "pip install ziglang" in capfd.readouterr().err


def test_the_c_library_is_announced_once(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line on stderr before the long first compile, and none after it."""
    fake = folder / "zig"
    fake.write_text("#!/bin/sh\nexit ${FAKE_ZIG:-0}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("EMU_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setattr(compiler, "zig", lambda: str(fake))
    said = "compiling the C library for riscv64-linux-musl"
    monkeypatch.setenv("FAKE_ZIG", "1")
    assert cc(capfd, "a.c")[0] == 2
    monkeypatch.setenv("FAKE_ZIG", "0")
    assert said in cc(capfd, "a.c")[2]
    assert cc(capfd, "a.c") == (0, "", "")
    assert "riscv32" in cc(capfd, "--xlen", "32", "a.c")[2]


@pytest.mark.parametrize(
    "words",
    [
        ("a.c", "-o", "a.c"),
        ("a.c", "-oa.c"),
        ("./a.c", "-o", "a.c"),
        ("a.c", "--output", "a.c"),
        ("a.c", "--output=./a.c"),
        ("link.c", "-o", "a.c"),
        ("a.c", "-o", "twin"),
        ("a.c", "m.s", "-o", "./m.s"),
        ("a.c", "m.o", "-o", "m.o"),
        ("-x", "c", "m.o", "-c", "-o", "m.o"),
    ],
)
def test_an_input_is_no_output(folder: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """As gcc refuses it, whatever the file is called."""
    for name in ("a.c", "m.s", "m.o"):
        (folder / name).write_text("int main(void) { return 0; }")
    (folder / "link.c").symlink_to("a.c")
    (folder / "twin").hardlink_to(folder / "a.c")
    code, _, told = cc(capfd, *words)
    assert code == 2 and "take the place of this input" in told
    assert all((folder / name).read_text().startswith("int main") for name in ("a.c", "m.s", "m.o"))


@pytest.mark.parametrize("words", [("--output=b",), ("--output", "b"), ("-ob",), ("-o", "b", "-D", "b")])
def test_ways_to_name_the_output(folder: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """clang's long option is zig's -o; a word that is no file for the compiler may be called like the output."""
    (folder / "a.c").write_text("int main(void) { return 0; }")
    for _ in range(2):
        assert cc(capfd, "a.c", *words) == (0, "", "")
    assert (folder / "b").is_file() and not (folder / "a.out").exists()


@pytest.mark.parametrize("words", [("-x", "c++", "z.i"), ("-xc++", "z.i"), ("-x", "c", "-x", "c++", "z.i")])
def test_the_language_that_was_told(folder: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """-x is stronger than the file's name."""
    (folder / "z.i").write_text("class A {}; int main() { return 0; }")
    assert cc(capfd, *words, "-c", "-o", "z.o") == (0, "", "")


def test_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """EMU_CACHE_DIR, else below XDG_CACHE_HOME; a variable that is empty counts as unset."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("EMU_CACHE_DIR", str(tmp_path / "own"))
    assert cachedir.cache_root() == tmp_path / "own"
    monkeypatch.setenv("EMU_CACHE_DIR", "")
    assert cachedir.cache_root() == tmp_path / "xdg" / "emu"


def test_cache_folder_of_those_who_have_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One among the temporary files, which must be the user's own: what is kept there is executed later."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMU_CACHE_DIR", str(tmp_path / "file" / "below"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = cachedir.cache_root()
    assert own.parent == tmp_path and own.stat().st_mode & 0o777 == 0o700 and cachedir.cache_root() == own
    own.chmod(0o777)
    assert cachedir.cache_root() != own
    own.rmdir()
    own.symlink_to(tmp_path)
    assert cachedir.cache_root() != own
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    assert not cachedir.writable(cachedir.cache_root())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("EMU_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    assert cachedir.cache_root().parent == tmp_path


def test_help_needs_no_compiler() -> None:
    """It is the command that is explained, not clang."""
    assert call(["cc", "--help"]) == 0
