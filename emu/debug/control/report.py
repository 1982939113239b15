"""A Stop as a View: what happened, where, the source line and the instruction that come next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import calls, predecoded, values_view
from emu.debug.control.spans import line
from emu.debug.control.stop import Stop
from emu.debug.view import Facts, Line, Text, View
from emu.errors import EmuError
from emu.isa.disassemble import disassemble
from emu.kernel.siginfo import name_of

if TYPE_CHECKING:
    from emu.debug.session import Session


def stopped(session: Session, stop: Stop, name: str = "stop") -> View:
    """What every command of run control returns."""
    lines: list[Line] = [*headline(session, stop), *map(ended_line, stop.detail.get("ended", ()))]
    if stop.exit is None or stop.reason != "exit":
        lines += [place(stop), *source_line(session, stop), *instruction_line(session, stop)]
    view = View(name, stop.as_dict(), [Text(lines, plain=plain_lines(stop))], stop=stop)
    if session.displays and stop.exit is None:
        view.blocks.append(displayed(session, view.data))
    if stop.reason == "signal":
        view.blocks.insert(0, Text(stop.detail["card"].render().splitlines()))
        view.notes.append("it stands before the instruction: look at everything, go back; continue lets it end")
    if stop.reason == "exit":
        view.notes.append("the program has ended: back, reverse-continue and goto go back in time; restart begins anew")
    return view


def displayed(session: Session, data: dict[str, Any]) -> Facts:
    """What is to be shown at every stop; that it can't be computed here is no mistake."""
    rows, data["displays"] = [], []
    for number, (expression, fmt) in session.displays.items():
        try:
            text = values_view.spelled(session, session.value(expression), fmt[-1:])
        except EmuError as error:
            text = f"<{error.message}>"
        rows.append((f"{number}: {expression}", line((text, "value"))))
        data["displays"].append({"number": number, "expression": expression, "text": text})
    return Facts(rows)


UNSAID = ("cycle", "pid", "kind", "ended")


def headline(session: Session, stop: Stop) -> list[Line]:
    """Why it stopped; nothing after a plain step."""
    detail = stop.detail
    if stop.reason in ("step", "location", "goto", "signal", "scope"):
        return []
    number = (str(stop.breakpoint), "value")
    if stop.reason == "breakpoint":
        broken = f": its condition can't be computed: {detail['error']}" if "error" in detail else ""
        return [line(("breakpoint ", "head"), number, (broken, "bad"))]
    if stop.reason == "watchpoint":
        return watch_lines(session, stop)
    if stop.reason == "catch":
        said = ", ".join(f"{key} {show(value)}" for key, value in detail.items() if key not in UNSAID)
        return [line(("catchpoint ", "head"), number, (f": {detail.get('kind', '')} ", "good"), said)]
    if stop.reason == "exit":
        return [exit_line(stop)]
    if stop.reason == "finished":
        return [finished_line(detail)]
    texts = {
        "limit": "the limit is reached", "deadlock": "deadlock: no task can ever run again",
        "interrupted": "interrupted",
        "start": "this is the start: nothing lies before it", "output": "as much output as was allowed",
        "gone": f"task {detail.get('gone')} has ended",
    }  # fmt: skip
    return [[(texts.get(stop.reason, stop.reason), "head")]]


def finished_line(detail: dict[str, Any]) -> Line:
    """What a function returned, in its own type if that is known; backwards there is nothing to tell."""
    if "function" not in detail:
        return [("at the call", "head")]
    name = f"{detail['function'] or 'the function'} returned"
    if "value" not in detail:
        return [(name, "head")]
    if "text" in detail:
        return line((f"{name} ", "head"), f"({detail['type']}) ", (detail["text"], "value"))
    return line((f"{name} ", "head"), (f"{detail['value']:#x}", "value"), f" = {detail['value']}")


def ended_line(row: dict[str, Any]) -> Line:
    """gdb's words."""
    why = " deleted because the program has left the block in which its expression is valid: "
    return line(("watchpoint ", "head"), (str(row["number"]), "value"), why, row["expression"])


def watch_lines(session: Session, stop: Stop) -> list[Line]:
    """Who, what, old and new."""
    detail = stop.detail
    by = detail["by"]
    if isinstance(by, int):
        name = session.symbolize(by)
        by = f"{by:#x}" + (f" <{name}>" if name else "")
    at = (f"{detail['address']:#x}", "addr")
    head = line(("watchpoint ", "head"), (str(stop.breakpoint), "value"), f": {detail['access']} at ", at, f" by {by}")
    rows: list[Line] = [head]
    for key in ("old", "new"):
        value = detail[key]
        rows.append([(f"  {key} = ", "dim"), (show(value), "changed" if key == "new" else "value")])
    return rows if detail["old"] != detail["new"] else rows[:-1]


def exit_line(stop: Stop) -> Line:
    """`exited with status 0`."""
    ended = stop.exit
    if ended.signal:
        return [("killed by ", "bad"), (name_of(ended.signal), "bad")]
    if ended.reason != "exited":
        return [(f"ended: {ended.reason}", "bad")]
    return line(("exited", "head"), " with status ", (str(ended.status), "good" if not ended.status else "bad"))


def place(stop: Stop) -> Line:
    """`pid 1, hart 0: 0x10116 <main+6> at fib.s:12`."""
    parts: list[Any] = [(f"pid {stop.pid}, hart {stop.hart}: ", "dim"), (f"{stop.pc:#x}", "addr")]
    if stop.symbol:
        parts += [" <", (stop.symbol, "symbol"), ">"]
    if stop.source:
        parts += [" at ", (f"{stop.source[0]}:{stop.source[1]}", "comment")]
    return line(*parts)


def source_line(session: Session, stop: Stop) -> list[Line]:
    """The line of source, if its text is at hand."""
    text = source_text(session, stop)
    return [[(f"{stop.source[1]:>5}  ", "dim"), (text, "")]] if text is not None and stop.source else []


def source_text(session: Session, stop: Stop) -> str | None:
    """The text of the line."""
    lines = session.source_lines(stop.source[0]) if stop.source else None
    if lines is None or not stop.source or not 0 < stop.source[1] <= len(lines):
        return None
    return lines[stop.source[1] - 1].expandtabs(4).rstrip()


def instruction_line(session: Session, stop: Stop) -> list[Line]:
    """The instruction that comes next."""
    found = calls.instruction(session, stop.pc)
    data = session.read(stop.pc, found[1]) if found else None
    if data is None:
        return []
    word = int.from_bytes(data, "little")
    text = disassemble(word, stop.pc, session.machine.xlen, symbols=session.symbolize)
    old = predecoded.stale(session.machine, session.mm, stop.pc, word)
    said = [line("      memory holds this; without fence.i the hart still runs ", (old.spell(), "warn"))] if old else []
    return [[("   => ", "dim"), (text, "insn")], *said]


def plain_lines(stop: Stop) -> list[str]:
    """One fact a line."""
    rows = [f"reason {stop.reason}", f"pid {stop.pid}", f"hart {stop.hart}", f"pc {stop.pc:#x}"]
    rows += [f"symbol {stop.symbol}"] if stop.symbol else []
    rows += [f"source {stop.source[0]}:{stop.source[1]}"] if stop.source else []
    rows += [f"breakpoint {stop.breakpoint}"] if stop.breakpoint is not None else []
    rows += [f"{key} {show(value)}" for key, value in stop.detail.items() if key not in ("pid", "card", "ended")]
    rows += [f"ended {row['number']} {row['expression']}" for row in stop.detail.get("ended", ())]
    return [*rows, f"cycle {stop.cycle}", f"tick {stop.tick}"]


def show(value: Any) -> str:
    """A value of a record: large numbers in hexadecimal."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "unknown"}[value]
    if isinstance(value, int):
        return str(value) if -10_000 < value < 10_000 else f"{value:#x}"
    if isinstance(value, (list, tuple)):
        return " ".join(show(each) for each in value)
    return str(value)
