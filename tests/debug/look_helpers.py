"""What tests of views share."""

from __future__ import annotations

import json
from typing import Any

from emu.debug.session import Session
from emu.debug.view import View

SWAPPED: dict[str, Any] = {"knobs": {"ram": "4M"}, "swap": 32 << 20}


def data(view: View) -> Any:
    """What --json prints, as it arrives."""
    return json.loads(json.dumps(view.data))


def stepped(session: Session, count: int) -> Session:
    """After some instructions."""
    session.stepi(count)
    return session


def ran(session: Session) -> Session:
    """To the end."""
    session.cont()
    return session
