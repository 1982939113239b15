"""What a task can be in: on a run queue, on a hart, waiting for a wake-up, stopped by a signal, ended."""

from __future__ import annotations

NEW, READY, RUNNING, WAITING, ZOMBIE, DEAD = "new", "ready", "running", "waiting", "zombie", "terminated"
STOPPED = "stopped"
