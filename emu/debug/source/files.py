"""The text of source files: only those in folders that the user handed over, and only what is named like a source."""

from __future__ import annotations

from pathlib import Path

from emu.errors import EmuError

SUFFIXES = frozenset(
    (".s", ".S", ".asm", ".inc", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".rs", ".zig", ".go", ".ld")
)
LARGEST = 8 << 20


class SourceFiles:
    """`roots`: folders (or files) on the host that sources may be read from, in the order they are searched."""

    def __init__(self, roots: tuple[str, ...] = ()) -> None:
        self.roots: list[Path] = []
        self.cache: dict[str, list[str] | None] = {}
        for root in roots:
            self.add(root)

    def add(self, root: str) -> Path:
        """Allow another folder. EmuError if there is none."""
        try:
            path = Path(root).expanduser().resolve()
            there = path.exists()
        except (OSError, RuntimeError, ValueError):  # no such user, too long a name, no name at all
            there = False
        if not there:
            raise EmuError(f"no folder is called {root!r}", hint="directory DIR: where sources are searched")
        path = path if path.is_dir() else path.parent
        if path not in self.roots:
            self.roots.append(path)
            self.cache.clear()
        return path

    def lines(self, name: str) -> list[str] | None:
        """The lines of a source, as a line table names it; None if it is not there or not allowed."""
        if name not in self.cache:
            self.cache[name] = self._read(name)
        return self.cache[name]

    def _read(self, name: str) -> list[str] | None:
        path = self.path(name)
        try:
            return path.read_text(encoding="utf-8", errors="replace").split("\n") if path is not None else None
        except OSError:
            return None

    def path(self, name: str) -> Path | None:
        """Where the host has a source, if it may be read there."""
        if "\0" in name or Path(name).suffix not in SUFFIXES:
            return None
        for candidate in self._candidates(name):
            try:
                path = candidate.resolve()
                inside = any(path.is_relative_to(root) for root in self.roots)
                if inside and path.is_file() and path.stat().st_size <= LARGEST:
                    return path
            except (OSError, ValueError):
                continue
        return None

    def _candidates(self, name: str) -> list[Path]:
        """Where a file may be: as named, below each root, and by each shorter end of its path."""
        parts = Path(name).parts
        found = [Path(name)]
        for root in self.roots:
            found += [root.joinpath(*parts[k:]) for k in range(1 if Path(name).is_absolute() else 0, len(parts))]
        return found
