"""Records what the C programs of tests/c/judge print, on QEMU's RISC-V: not on the emulator that they judge.

    python tools/record_c.py                 all of them, for both widths
    python tools/record_c.py math_bits.c     only these
    python tools/record_c.py --check         records nothing; exit code 1 when an answer is another one now

Needs ziglang and qemu-riscv64, qemu-riscv32 (Debian: qemu-user). A program runs in an empty folder, without an
environment and without input. NAME.out holds both widths' answer, NAME.32.out that of RV32 where it differs. Programs
that execute themselves can't run under user-mode emulation: they are compiled for this host and recorded from there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "c")]

from judge_programs import FOLDER, ONLY_64, OPTIONS, PROGRAMS, elf, transcript  # noqa: E402 - found by the path above

from emu.cli.compiler import cache_folder, zig  # noqa: E402 - found by the path above

ON_THE_HOST = {"fork_exec_pipe.c"}


def run(command: list[str], executable: bytes | None = None) -> str:
    """The transcript of a command that runs in an empty folder; `executable` is stored there as `program`."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"
        if executable is not None:
            program.write_bytes(executable)
            program.chmod(0o755)
        work = Path(folder) / "work"
        work.mkdir()
        real = [str(program) if word == "program" else word for word in command]
        done = subprocess.run(
            real, cwd=work, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
        )
        code = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return transcript(code, done.stdout.decode())


def native(name: str) -> bytes:
    """A program compiled for this host."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "native"
        environment = {"ZIG_GLOBAL_CACHE_DIR": str(cache_folder()), "ZIG_LOCAL_CACHE_DIR": str(cache_folder())}
        target = ["-target", "native-linux-musl", "-static", "-fno-sanitize=undefined"]
        command = [zig(), "cc", *target, *OPTIONS, str(FOLDER / name), "-o", str(output)]
        subprocess.run(command, env=environment, check=True)
        return output.read_bytes()


def answers(name: str) -> dict[str, str]:
    """File -> text: what is to be recorded of a program."""
    stem = Path(name).stem
    if name in ON_THE_HOST:
        return {f"{stem}.out": run(["program"], native(name))}
    found = {f"{stem}.out": run(["/usr/bin/env", "-i", "qemu-riscv64", "program"], elf(name, 64))}
    if name not in ONLY_64:
        narrow = run(["/usr/bin/env", "-i", "qemu-riscv32", "program"], elf(name, 32))
        if narrow != found[f"{stem}.out"]:
            found[f"{stem}.32.out"] = narrow
    return found


def main() -> int:
    """Exit code 1 if --check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="NAME.c")
    parser.add_argument("--check", action="store_true", help="compare, don't write")
    options = parser.parse_args()
    stale = 0
    for name in options.programs or PROGRAMS:
        for file, text in answers(name).items():
            path = FOLDER / file
            same = path.exists() and path.read_text() == text
            stale += not same
            print(f"{file:28} {'same' if same else 'differs' if options.check else 'recorded'}", flush=True)
            if not same and not options.check:
                path.write_text(text)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
