"""What the programs do on a host that runs them itself, recorded: the test suite needn't compile everything twice."""

from __future__ import annotations

import json
from pathlib import Path

from tools.corpus.judge import Outcome

FILE = Path(__file__).parent / "files" / "recorded.json"


def load() -> dict[str, list[Outcome]]:
    """Program -> the outcomes of its runs."""
    known = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: [Outcome(**run) for run in runs] for name, runs in known.items()}


def save(outcomes: dict[str, list[Outcome]]) -> None:
    """Replace what is recorded of these programs."""
    known = (load() if FILE.exists() else {}) | outcomes
    plain = {name: [run._asdict() for run in runs] for name, runs in sorted(known.items())}
    FILE.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
