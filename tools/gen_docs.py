"""Regenerates what the documents quote: the output of commands, and tables that come from the code.

    python tools/gen_docs.py            rewrites README.md and docs/*.md
    python tools/gen_docs.py --check    says which are out of date, exit code 1

A fenced block of the kind `console` holds lines `$ command` and their output, run in the folder above this one; lines
`(emu) command` are typed to the debugger that the line above them starts. What a host decides (its speed) is shown as
of one run and isn't compared. `<!-- name -->` … `<!-- /name -->` holds a table.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "cli.md", ROOT / "docs" / "stat.md", ROOT / "docs" / "c-programs.md"]
DEBUGGER = ROOT / "docs" / "debugger.md"  # compared by tests/debug/test_command_examples.py, command by command
PROMPT = "(emu) "
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECTION = re.compile(r"^(<!-- ([\w-]+) -->\n).*?^(<!-- /\2 -->)$", re.DOTALL | re.MULTILINE)
HOST = re.compile(r"^.*\bhost (seconds|million).*$|\d+\.\d\d s\b", re.MULTILINE)
EMU = f"{sys.executable} -c 'from emu.cli.main import main; main()'"


def counters() -> str:
    """The counters and their meanings."""
    from emu.report.glossary import COUNTERS

    rows = [f"| `{name}` | {meaning} |" for name, meaning in COUNTERS.items()]
    return "\n".join(["| counter | meaning |", "|---|---|", *rows])


def fields() -> str:
    """The fields of `emu stat --json`."""
    from emu.report import schema

    return schema.markdown()


def debugger_docs() -> Any:
    """The module beside this one."""
    if str(ROOT / "tools") not in sys.path:
        sys.path.insert(0, str(ROOT / "tools"))
    import debugger_docs

    return debugger_docs


def debugger(part: str) -> Callable[[], str]:
    """A section of docs/debugger.md: reference, keys, panes or settings."""
    return lambda: "\n" + getattr(debugger_docs(), part)() + "\n"


SECTIONS: dict[str, Callable[[], str]] = {"schema": fields, "counters": counters}
SECTIONS |= {f"debugger-{part}": debugger(part) for part in ("reference", "keys", "panes", "settings")}


def output_of(command: str) -> str:
    """What a shell shows for a command line: both streams, but not that the machine was compiled first."""
    real = re.sub(r"(^|[|&;] *)emu ", lambda found: f"{found[1]}{EMU} ", command)
    done = subprocess.run(
        real,
        shell=True,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    return re.sub(r"^compiling the .*\n", "", done.stdout, flags=re.MULTILINE)


def console(block: re.Match[str]) -> str:
    """A block with the output of each of its commands put behind it."""
    shown = []
    for lines in re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]:
        command, *rest = lines.splitlines()
        typed = [line.removeprefix(PROMPT) for line in rest if line.startswith(PROMPT)]
        output = debugger_docs().conversation(command, typed) if typed else output_of(command)
        shown.append(f"$ {command}\n{output.rstrip()}\n")
    return "```console\n" + "\n".join(shown).replace("\n\n\n", "\n\n") + "```"


def section(found: re.Match[str]) -> str:
    """A marked section with its table made anew; one that nobody makes stays."""
    make = SECTIONS.get(found[2])
    return f"{found[1]}{make()}\n{found[3]}" if make else found[0]


def regenerated(text: str) -> str:
    """A document as it should be."""
    return SECTION.sub(section, CONSOLE.sub(console, text))


def same(old: str, new: str) -> bool:
    """Whether two versions differ in nothing but the host's speed."""
    return HOST.sub("", old) == HOST.sub("", new)


def stale(path: Path) -> bool:
    """Whether a document is out of date."""
    text = path.read_text(encoding="utf-8")
    return not same(text, regenerated(text))


def main() -> int:
    """Rewrite the documents, or check them."""
    check, failed = "--check" in sys.argv[1:], 0
    for path in filter(Path.exists, [*DOCUMENTS, DEBUGGER]):
        text = path.read_text(encoding="utf-8")
        new = regenerated(text)
        if not same(text, new):
            failed += check
            print(f"{'out of date' if check else 'rewritten'}: {path.relative_to(ROOT)}")
            if not check:
                path.write_text(new, encoding="utf-8")
    return int(failed > 0)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
