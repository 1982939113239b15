"""Backtraces: by call frame information, else by what the function's own code did to sp and ra, else by fp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emu.debug.control import prologue
from emu.isa.abi import RA, SP
from emu.kernel.sigframe import LAYOUTS, SIGINFO

if TYPE_CHECKING:
    from emu.debug.session import Session

FP = 8  # s0
MOST_FRAMES = 512


@dataclass(slots=True)
class Frame:
    """One call: its pc, the registers as they were there (those that are known), and where its caller's frame begins.

    how: innermost, cfi, code (the function's instructions were read), fp (a guess along the frame pointers) or signal.
    is_handler: its pc is no return address (a signal came there, or it is the return of a handler).
    depth: how many calls that were inlined lie below this one in the same code; `function` is what was called, and
    `site` where the inlined call below stands (None: look pc up).
    """

    number: int
    pc: int
    registers: dict[int, int]
    cfa: int | None = None
    how: str = "innermost"
    is_handler: bool = False
    depth: int = 0
    function: Any = None
    site: tuple[str, int] | None = None

    @property
    def is_inlined(self) -> bool:
        """Whether this is a call without a frame of its own."""
        return self.function is not None and self.function.site is not None

    @property
    def lookup_pc(self) -> int:
        """The address to look names up by: a return address belongs to the call before it."""
        return self.pc if self.how == "innermost" or self.is_handler else self.pc - 1


def innermost(session: Session) -> Frame:
    """Where the selected task stands."""
    held = session.registers()
    return Frame(0, held.pc, dict(enumerate(held.x)))


def cfa_of(session: Session, frame: Frame) -> int | None:
    """Where the stack stood before the frame was called."""
    if frame.cfa is None:
        caller_of(session, frame)
    return frame.cfa


def frames(session: Session, limit: int = MOST_FRAMES) -> Iterator[Frame]:
    """The selected task's calls, the innermost first; calls that were inlined are among them."""
    number = 0
    for frame in returning(session, limit):
        for each in with_inlined(session, frame):
            each.number = number
            yield each
            number += 1


def with_inlined(session: Session, frame: Frame) -> Iterator[Frame]:
    """The calls that were inlined where a frame stands, then the frame itself."""
    debug = session.program.debug
    calls = debug.calls_at(frame.lookup_pc) if session.program.dwarf is not None else []
    site = None
    for depth, call in enumerate(calls[:-1]):
        yield replace(frame, depth=depth, function=call, site=site)
        site = debug.call_site(call)
    frame.depth, frame.site = max(len(calls) - 1, 0), site
    frame.function = calls[-1] if calls else None
    yield frame


def returning(session: Session, limit: int = MOST_FRAMES) -> Iterator[Frame]:
    """Those that have a frame of their own, and will return."""
    frame = innermost(session)
    seen: set[tuple[int, int]] = set()
    for number in range(limit):
        caller = caller_of(session, frame)
        yield frame
        key = (frame.pc, frame.registers.get(SP, 0))
        if caller is None or key in seen or not caller.pc:
            return
        seen.add(key)
        caller.number = number + 1
        frame = caller


def caller_of(session: Session, frame: Frame) -> Frame | None:
    """The frame that called; sets frame.cfa. None at the outermost, or where the trail is lost."""
    if session.mm is not None and frame.pc == session.mm.vdso:
        return interrupted(session, frame)
    by_cfi = session.program.frames.unwind(frame.lookup_pc, frame.registers, session.load_word)
    if by_cfi is not None:
        frame.cfa = by_cfi.cfa
        return _checked(session, frame, by_cfi.registers, "cfi")
    found = prologue.unwind(session, frame)
    if found is not None:
        frame.cfa = found[SP]
        return _checked(session, frame, found, "code")
    return _by_frame_pointer(session, frame)


def interrupted(session: Session, frame: Frame) -> Frame | None:
    """The frame that a signal interrupted: a handler returns to the vdso, above whose stack all registers lie."""
    layout = LAYOUTS[session.machine.xlen]
    at = frame.registers.get(SP, 0) + SIGINFO + layout.regs
    data = session.read(at, 32 * layout.word)
    if data is None:
        return None
    words = [int.from_bytes(data[k * layout.word : (k + 1) * layout.word], "little") for k in range(32)]
    frame.is_handler, frame.cfa = True, at
    if not session.is_code(words[0]):
        return None
    return Frame(0, words[0], {0: 0, **{n: words[n] for n in range(1, 32)}}, how="signal", is_handler=True)


def _checked(session: Session, frame: Frame, registers: dict[int, int], how: str) -> Frame | None:
    """The caller, if its pc is code and its stack lies above."""
    pc = registers.pop(RA, None)
    if pc is None or not session.is_code(pc) or registers.get(SP, 0) < frame.registers.get(SP, 0):
        return None
    if registers.get(SP) == frame.registers.get(SP) and pc == frame.pc:
        return None
    registers[RA] = pc
    return Frame(0, pc, registers, how=how)


def _by_frame_pointer(session: Session, frame: Frame) -> Frame | None:
    """-fno-omit-frame-pointer: s0 is the caller's sp; below it lie ra and the caller's s0."""
    word, fp = session.machine.xlen // 8, frame.registers.get(FP, 0)
    if fp <= frame.registers.get(SP, 0) or fp % word or not session.is_stack(fp - 1):
        return None
    pc, saved = session.load_word(fp - word), session.load_word(fp - 2 * word)
    if pc is None or saved is None or not session.is_code(pc):
        return None
    frame.cfa = fp
    return Frame(0, pc, {RA: pc, SP: fp, FP: saved}, how="fp")
