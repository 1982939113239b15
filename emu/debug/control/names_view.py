"""Documents about names: symbols, lines, sources."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emu.debug.view import Table, Text, View

if TYPE_CHECKING:
    from emu.debug.session import Session

MOST_ROWS, MOST_SOURCES = 500, 20


def info_symbol(session: Session, address: int) -> View:
    """The symbol of an address."""
    name, found = session.symbolize(address), session.program.symbols.at(address)
    data = {"address": address, "symbol": name, "size": found.size if name and found else None}
    return View(
        "info symbol", data, [Text([f"{address:#x} is {name}" if name else f"no symbol belongs to {address:#x}"])]
    )


def info_line(session: Session, location: Any = None) -> View:
    """Both directions."""
    places = location if location is not None else session.resolve("")
    rows, lines = [], []
    for address in places:
        source, span = session.source(address), session.program.lines.range_of(address)
        data = {
            "address": address,
            "file": None,
            "line": None,
            "start": None,
            "end": None,
            "symbol": session.symbolize(address),
        }
        if source is None or span is None:
            lines.append(f"{address:#x} {data['symbol']} has no source line".replace("  ", " "))
        else:
            data |= {"file": source[0], "line": source[1], "start": span[0], "end": span[1]}
            lines.append(
                f"{source[0]}:{source[1]} is at {span[0]:#x} <{session.symbolize(span[0])}> up to {span[1]:#x}"
            )
        rows.append(data)
    return View("info line", rows, [Text(lines)])


def info_functions(session: Session, pattern: str | None) -> View:
    """Names of code."""
    return names(session, "info functions", pattern, True)


def info_variables(session: Session, pattern: str | None) -> View:
    """Names of data."""
    return names(session, "info variables", pattern, False)


def names(session: Session, name: str, pattern: str | None, code: bool) -> View:
    """Symbols whose name fits."""
    fits = matcher(pattern)
    found = [each for each in session.program.symbols.rows if fits(each.name) and is_code(session, each) == code]
    data = [{"name": each.name, "address": each.start, "size": each.size} for each in found]
    rows = [
        [[(f"{each.start:#x}", "addr")], str(each.size or ""), [(each.name, "symbol")]] for each in found[:MOST_ROWS]
    ]
    view = View(name, data, [Table(["address", "size", "name"], rows, right=(1,))] if rows else [Text(["none"])])
    if len(found) > MOST_ROWS:
        view.notes.append(f"{len(found) - MOST_ROWS} more: give a part of the name")
    return view


def is_code(session: Session, symbol: Any) -> bool:
    """Whether a symbol names instructions."""
    return symbol.kind == "function" or (symbol.kind == "" and session.is_code(symbol.start))


def matcher(pattern: str | None) -> Any:
    """A test of names: a part, or a pattern with * and ?."""
    if not pattern:
        return lambda name: True
    if any(letter in pattern for letter in "*?["):
        return lambda name: fnmatchcase(name, pattern)
    return lambda name: pattern in name


def info_sources(session: Session) -> View:
    """Source files, and whether their text is at hand: those first, and no more than fit."""
    data = [{"file": file, "text": session.source_lines(file) is not None} for file in session.program.lines.files]
    data.sort(key=lambda each: not each["text"])
    shown = [each for k, each in enumerate(data) if each["text"] or k < MOST_SOURCES]
    rows = [[each["file"], "" if each["text"] else [("not at hand", "dim")]] for each in shown]
    view = View(
        "info sources", data, [Table(["file", "text"], rows)] if rows else [Text(["the program has no line table"])]
    )
    if len(shown) < len(data):
        view.notes.append(f"{len(data) - len(shown)} more whose text is not at hand: directory FOLDER lets it be read")
    return view


def shown(folder: Path) -> str:
    """A folder as it is named from here."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def directory(session: Session, folder: str | None = None) -> View:
    """Where source text is searched."""
    if folder is not None:
        session.files.add(folder)
    roots = [shown(root) for root in session.files.roots]
    return View("directory", roots, [Text(roots or ["no folders: directory DIR allows one"])])
