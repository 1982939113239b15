"""`proc PATH`: a file of /proc as a program would read it now, made without disturbing what it tells about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from emu.debug.look.subject import kernel_of, task_of
from emu.debug.view import Table, Text, View
from emu.errors import EmuError, did_you_mean
from emu.kernel.proc import base, root, sysctl, task
from emu.kernel.proc.page_bits import pagemap

USER_MEMORY = {"cmdline": ("arg_start", "arg_end"), "environ": ("env_start", "env_end")}
LARGEST = 1 << 20


def proc(session: Any, path: str = "") -> View:
    """The text of a file, or the names in a folder. EmuError for what is not there."""
    parts = [part for part in path.removeprefix("/proc").split("/") if part]
    kernel = kernel_of(session)
    with undisturbed(kernel):
        found = look_up(session, kernel, parts)
        if isinstance(found, list):
            return folder(parts, found)
        data = made(found, parts)
    text = data.decode("utf-8", "replace").replace("\0", " ")
    name = "/proc/" + "/".join(parts)
    return View("proc", {"path": name, "text": text}, [Text(text.splitlines(), title=name)])


def contents(session: Any, path: str) -> bytes:
    """The bytes of a file of /proc. EmuError for what is no file there."""
    parts = [part for part in path.removeprefix("/proc").split("/") if part]
    with undisturbed(kernel_of(session)):
        found = look_up(session, kernel_of(session), parts)
        if isinstance(found, list):
            raise EmuError(f"{path} is a folder")
        return made(found, parts)


def made(make: Callable[[], bytes], parts: list[str]) -> bytes:
    """The text. EmuError where an entry that the user has set makes the kernel's accounts impossible."""
    try:
        return make()
    except (ArithmeticError, LookupError, ValueError):
        path = "/".join(parts)
        raise EmuError(
            f"/proc/{path} can't be made: page tables and frames contradict each other", hint="`pagetable`"
        ) from None


def folder(parts: list[str], names: list[str]) -> View:
    """The names in a folder."""
    path = "/proc/" + "/".join(parts)
    return View("proc", {"path": path, "names": names}, [Table(("name",), [[name] for name in names], title=path)])


@contextmanager
def undisturbed(kernel: Any) -> Iterator[None]:
    """Counting reclaim's lists puts pending pages on them, a folder takes a number: both are undone."""
    lru, mem_map, device = kernel.pages.lru, kernel.pages.mem_map, kernel.last_device
    heads = [(each.first, each.last, each.count) for each in lru.lists]
    pending = list(lru.pending)
    frames = dict.fromkeys([*pending, *(frame for head in heads for frame in head[:2])])
    saved = [(pfn, mem_map.flags[pfn], mem_map.lru_next[pfn], mem_map.lru_prev[pfn]) for pfn in frames]
    try:
        yield
    finally:
        lru.pending, kernel.last_device = pending, device
        for each, head in zip(lru.lists, heads, strict=True):
            each.first, each.last, each.count = head
        for pfn, flags, after, before in saved:
            mem_map.flags[pfn], mem_map.lru_next[pfn], mem_map.lru_prev[pfn] = flags, after, before


def look_up(session: Any, kernel: Any, parts: list[str]) -> Any:
    """A function that makes the text, or the names of a folder. EmuError."""
    if not parts:
        return root.root_names(kernel)
    name, *rest = parts
    if name == "sys":
        return setting(kernel, rest)
    if name in ("self", "thread-self"):
        return of_task(session, kernel, task_of(session), rest)
    if name.isascii() and name.isdigit():
        return of_task(session, kernel, task_of(session, int(name)), rest)
    if rest or name not in root.SYSTEM_FILES:
        raise nothing("/".join(parts), [*root.SYSTEM_FILES, "self", "sys"])
    return partial(root.SYSTEM_FILES[name], kernel)


def nothing(path: str, known: list[str]) -> EmuError:
    """There is no such file."""
    return EmuError(
        f"there is no /proc/{path}",
        hint=did_you_mean(path.rpartition("/")[2], known) or "there are " + ", ".join(known),
    )


def of_task(session: Any, kernel: Any, of: Any, rest: list[str]) -> Any:
    """/proc/PID/…"""
    more = ["oom_score_adj", "pagemap", "exe", "cwd", "fd", "task"]
    if not rest:
        return [*base.TASK_FILES, *more]
    name = rest[0]
    if name in USER_MEMORY:
        return partial(user_memory, session, of, *USER_MEMORY[name])
    if name in base.TASK_FILES:
        return partial(base.TASK_FILES[name], kernel, of)
    if name == "fd":
        return links(of, rest[1:])
    if name == "task":
        return (
            [str(thread.pid) for thread in of.process.threads]
            if len(rest) == 1
            else of_task(session, kernel, task_of(session, int(rest[1]) if rest[1].isdigit() else -1), rest[2:])
        )
    makers = {
        "oom_score_adj": lambda: task.oom_score_adj(kernel, of),
        "exe": lambda: (of.mm.exe_file.path if of.mm and of.mm.exe_file else "").encode(),
        "cwd": lambda: task.cwd_path(of).encode(),
        "pagemap": lambda: pages(kernel, of),
    }
    if name not in makers:
        raise nothing("/".join([str(of.pid), *rest]), [*base.TASK_FILES, *more])
    return makers[name]


def links(of: Any, rest: list[str]) -> Any:
    """/proc/PID/fd: where each descriptor leads."""
    if not rest:
        return [f"{fd} -> {file.path}" for fd, file in sorted(of.files.open.items())]
    file = of.files.open.get(int(rest[0])) if rest[0].isdigit() else None
    if file is None:
        raise nothing(f"{of.pid}/fd/{rest[0]}", [str(fd) for fd in of.files.open])
    return lambda: file.path.encode("utf-8", "surrogateescape")


def user_memory(session: Any, of: Any, start: str, end: str) -> bytes:
    """Arguments and environment lie in the process's own memory, which is read without faulting it in."""
    if of.mm is None:
        return b""
    low, high = getattr(of.mm, start), getattr(of.mm, end)
    return session.read(low, min(high - low, LARGEST), of.pid) or b"" if low < high else b""


def pages(kernel: Any, of: Any) -> bytes:
    """The entries of /proc/PID/pagemap of all present or swapped pages, as lines."""
    lines = []
    for vma in of.mm.vmas if of.mm else ():
        for key in sorted(of.mm.ptes):
            low, high = max(vma.vm_start, key << of.mm.pmd_shift), min(vma.vm_end, (key + 1) << of.mm.pmd_shift)
            raw = pagemap(kernel, of, low >> 12, (high - low) >> 12) if low < high else b""
            for k in range(0, len(raw), 8):
                value = int.from_bytes(raw[k : k + 8], "little")
                if value:
                    lines.append(f"{low + (k // 8 << 12):#x}: {value:#018x}")
    return "\n".join(lines).encode()


def setting(kernel: Any, rest: list[str]) -> Any:
    """/proc/sys/…: through the folders that the guest would see."""
    here: Any = sysctl.make_tree(kernel, root.make_root(kernel))
    for part in rest:
        names = here.list_names() if hasattr(here, "list_names") else []
        found = here.lookup(part.encode()) if part in names else None
        if found is None:
            raise nothing("/".join(["sys", *rest]), names)
        here = found
    return here.list_names() if hasattr(here, "list_names") else here.make
