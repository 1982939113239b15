"""Run a command and print its wall seconds, CPU seconds and peak resident bytes: a script of its own.

On Linux a process's peak counts from before its exec, so it must be started by a small parent.
"""

from __future__ import annotations

import os
import sys
import time


def main(command: list[str]) -> int:
    """Fork, exec, wait; the command's own output is dropped."""
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(null, stream)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
