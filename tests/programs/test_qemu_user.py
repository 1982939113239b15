"""Where qemu-user is installed: the programs that user-mode emulation supports print there what they print here.

The expected outputs are those of test_output and test_kernel_programs, which run without qemu; here the same files are
given to qemu-riscv32 and qemu-riscv64, so that this host's Linux is the judge of what we wrote down.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom
from string import ascii_lowercase
from typing import Any

import pytest
import test_kernel_programs
import test_output
from judges import judge

from emu.cli.main import call

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds

# What a user-mode emulator has not: program -> why
ELSEWHERE = {
    "args.s": "prints its own path",
    "cat.s": "reads the host's files",
    "two_files/main.s": "is linked from two files",
    "spin.s": "never ends",
    "kernel/brk.s": "counts frames",
    "kernel/cow.s": "counts frames",
    "kernel/exec.s": "starts itself, which the host can't",
    "kernel/fragmentation.s": "reads the guest's buddyinfo",
    "kernel/huge_pages.s": "needs huge pages set aside",
    "kernel/kswapd.s": "needs little memory",
    "kernel/lazyfree.s": "needs little memory",
    "kernel/madvise.s": "counts frames",
    "kernel/mmap_kinds.s": "counts frames",
    "kernel/mremap.s": "counts frames",
    "kernel/numa.s": "needs two nodes",
    "kernel/oom.s": "needs little memory",
    "kernel/orphan.s": "is process 1",
    "kernel/overcommit.s": "needs little memory",
    "kernel/page_cache.s": "needs a folder that was handed over",
    "kernel/rmap.s": "reads frames from pagemap",
    "kernel/stack_growth.s": "counts faults",
    "kernel/softirqs.s": "reads the guest's softirqs",
    "kernel/touch8g.s": "needs little memory",
    "kernel/working_set.s": "needs little memory",
    "kernel/write_back.s": "measures the guest's disk",
}
ONLY_RV32 = {"kernel/segv_kinds.s": "qemu tells another address for the kernel's half of RV64"}
NAMES = {"kernel/fifo.s": "/tmp/meeting", "kernel/memfd.s": "/dev/shm/box"}
"""What programs make on the host, whose names others may have: each run gets its own."""


def cases() -> Iterator[Any]:
    """(program, width, case) of each that qemu can judge: there is one for every width that is installed."""
    for folder, module in (("", test_output), ("kernel/", test_kernel_programs)):
        for number, case in enumerate(module.CASES):
            program = folder + case.program
            for xlen in case.xlens:
                here = program in ELSEWHERE or (xlen == 64 and program in ONLY_RV32)
                if not here and judge(f"qemu-riscv{xlen}"):
                    yield pytest.param(program, xlen, case, id=f"rv{xlen}-{program}-{number}")


def expectation(program: str, xlen: int, case: Any, pid: int) -> str:
    """A pattern for the output; the first process has another number there."""
    text = case.out if isinstance(case.out, str) else case.out[xlen]
    pattern = re.escape(text)
    if program.startswith("kernel/"):
        pattern = pattern.replace(r"\*", r"\d+").replace("…", r"[\s\S]*?")
        pattern = re.sub(r"(process\\ )1(?=\D)", rf"\g<1>{pid}", pattern)
    return pattern


def free_name(name: str) -> str:
    """One as long, in the same folder, that nobody has."""
    folder, _, last = name.rpartition("/")
    while Path(found := f"{folder}/{''.join(SystemRandom().choices(ascii_lowercase, k=len(last)))}").exists():
        pass
    return found


@pytest.fixture
def elf(program: str, xlen: int, tmp_path: Path) -> Iterator[Path]:
    """The executable, with a name of its own for what it makes on the host; that is gone afterwards. Two widths don't
    run at once: they share the keys of System V.
    """
    import fcntl

    source, path = ROOT / "programs" / program, tmp_path / "program"
    assert call(["asm", "--xlen", str(xlen), str(source), "-o", str(path)]) == 0
    name = NAMES.get(program, "")
    mine = free_name(name) if name else ""
    path.write_bytes(path.read_bytes().replace(name.encode() + b"\0", mine.encode() + b"\0"))
    with source.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield path
    if mine:
        Path(mine).unlink(missing_ok=True)


QEMU_CASES = list(cases())


if QEMU_CASES:  # collected only where there is something to ask

    @pytest.mark.parametrize(("program", "xlen", "case"), QEMU_CASES)
    def test_same_output_there(elf: Path, program: str, xlen: int, case: Any) -> None:
        """Output and exit code are those that we wrote down."""
        with subprocess.Popen(
            [judge(f"qemu-riscv{xlen}"), str(elf), *case.args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={},
            umask=0o022,
        ) as process:
            out, _ = process.communicate(getattr(case, "stdin", ""), timeout=PATIENCE)
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        assert re.fullmatch(expectation(program, xlen, case, process.pid), out), out
        assert code == case.code


def test_most_programs_have_a_second_opinion() -> None:
    """What is left out is named, with a reason, and exists."""
    there = {path.relative_to(ROOT / "programs").as_posix() for path in (ROOT / "programs").rglob("*.s")}
    assert set(ELSEWHERE) | set(ONLY_RV32) <= there
    judged = {
        folder + case.program
        for folder, module in (("", test_output), ("kernel/", test_kernel_programs))
        for case in module.CASES
    } - set(ELSEWHERE)
    assert len(judged) > 30
