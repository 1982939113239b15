"""What a session knows of calls: frames, what is in scope in them, and what kind of memory an address lies in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from emu.debug.control import frames, places
from emu.debug.control.frames import Frame
from emu.debug.source.program import Program
from emu.debug.source.symbols import Symbol
from emu.debug.source.units import Function
from emu.debug.source.variables import Variable
from emu.isa.paging import PTE_V
from emu.kernel.mm.vma import VM_EXEC, VM_GROWSDOWN


class Callers:
    """The part of a Session about calls."""

    looked_at: Frame | None = None

    @contextmanager
    def at_frame(self, frame: Frame) -> Iterator[None]:
        """Meanwhile names mean what they mean in a frame, whichever is selected."""
        before, self.looked_at = self.looked_at, frame
        try:
            yield
        finally:
            self.looked_at = before

    def frames(self, limit: int = frames.MOST_FRAMES) -> list[Frame]:
        """The selected task's calls, the innermost first."""
        return list(islice(frames.frames(self, limit), limit))

    def current_frame(self) -> Frame:
        """The selected frame; the innermost if it is no more."""
        if self.looked_at is not None:
            return self.looked_at
        if not self.frame:
            return frames.innermost(self)
        found = self.frames(self.frame + 1)
        return found[min(self.frame, len(found) - 1)]

    def locals(self) -> list[Variable]:
        """Arguments and variables in scope in the selected frame, of code with debug information."""
        program = self.program
        if program.dwarf is None:
            return []
        frame = self.current_frame()
        return program.debug.locals_at(frame.lookup_pc, frame.depth)

    def function_of(self, frame: Frame) -> Function | None:
        """The function of the source that a frame is a call of, inlined or not."""
        if frame.function is None and self.program.dwarf is not None:
            frame.function = next(iter(self.program.debug.calls_at(frame.lookup_pc)[frame.depth :]), None)
        return frame.function

    def frame_source(self, frame: Frame) -> tuple[str, int] | None:
        """(file, line) where a frame stands."""
        return frame.site or self.source(frame.lookup_pc)

    def source_here(self) -> tuple[str, int] | None:
        """(file, line) that a line number alone is meant for: of the selected frame, else of the program's main."""
        return self.frame_source(self.current_frame()) or places.main_source(self)

    def is_image(self, va: int, program: Program) -> bool:
        """Whether an address lies in what the program was loaded to: no name of it reaches beyond."""
        mm = self.mm
        vma = mm.vma_at(va & self.kernel.xlen_mask) if mm is not None else None
        if mm is None or vma is None:
            return mm is None
        inode = mm.exe_file.inode if mm.exe_file else None
        return (vma.vm_file is not None and vma.vm_file.inode is inode) or vma.vm_start < mm.start_brk

    def function_symbol(self, va: int) -> Symbol | None:
        """The symbol whose code holds an address: the nearest one below that is no data."""
        return self.program.symbols.at(va)

    def is_code(self, va: int) -> bool:
        """Whether an address lies in an executable area."""
        vma = self.mm.vma_at(va) if self.mm is not None else None
        return vma is not None and bool(vma.vm_flags & VM_EXEC)

    def is_stack(self, va: int) -> bool:
        """Whether an address may hold frames: writable memory that is there."""
        mm = self.mm
        vma = mm.vma_at(va) if mm is not None else None
        return vma is not None and (bool(vma.vm_flags & VM_GROWSDOWN) or bool(mm.entry(va) & PTE_V))
