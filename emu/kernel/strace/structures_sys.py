"""Kinds that point to structures of resources, processors and the system (section 2 man pages, asm-generic)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.fork import (
    CLONE_CHILD_CLEARTID,
    CLONE_CHILD_SETTID,
    CLONE_PARENT_SETTID,
    CLONE_PIDFD,
    CLONE_SETTLS,
)
from emu.kernel.siginfo import name_of
from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields, pointer
from emu.kernel.strace.text import SHOWN, address, listed, quoted, struct

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

SYSINFO = "totalram freeram sharedram bufferram totalswap freeswap procs totalhigh freehigh mem_unit".split()
SCHED_ATTR = (
    "size sched_policy sched_flags sched_nice sched_priority sched_runtime sched_deadline sched_period"
).split()
RUSAGE = (
    "ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt ru_majflt ru_nswap ru_inblock ru_oublock ru_msgsnd ru_msgrcv "
    "ru_nsignals ru_nvcsw ru_nivcsw"
).split()
CLONE_ARGS_SIZE_VER0, SCHED_ATTR_SIZE_VER0 = 64, 48
INFINITE = (1 << 64) - 1


@pointer
def cpuset(call: Call, value: int) -> str | None:
    data = call.peek(value, min(call.args[1], 128) if not call.parameter.out else min(call.result or 0, 128))
    if data is None:
        return None
    bits = int.from_bytes(data, "little")
    return "[" + " ".join(str(n) for n in range(len(data) * 8) if bits >> n & 1) + "]"


def limit(value: int) -> str:
    """A resource limit, as a multiple of 1024 where it is a large one."""
    if value == INFINITE:
        return "RLIM64_INFINITY"
    return f"{value // 1024}*1024" if value > 1024 and value % 1024 == 0 else str(value)


@pointer
def rlimit(call: Call, value: int) -> str | None:
    found = fields(call, value, "QQ")
    return None if found is None else struct(rlim_cur=limit(found[0]), rlim_max=limit(found[1]))


@pointer
def rusage(call: Call, value: int) -> str | None:
    found = fields(call, value, "4P14L")
    if found is None:
        return None
    user, system = (struct(tv_sec=found[n], tv_usec=found[n + 1]) for n in (0, 2))
    rest = dict(zip(RUSAGE, found[4:], strict=True)) if call.options.full else {}
    return struct(*(() if rest else ("...",)), ru_utime=user, ru_stime=system, **rest)


@pointer
def utsname(call: Call, value: int) -> str | None:
    texts = [call.string(value + 65 * n) for n in range(6)]
    if None in texts:
        return None
    shown = 6 if call.options.full else 2
    names = ("sysname", "nodename", "release", "version", "machine", "domainname")
    found = {name: quoted(text, 64) for name, text in zip(names[:shown], texts, strict=False)}
    return struct(*(() if shown == 6 else ("...",)), **found)


@pointer
def sysinfo(call: Call, value: int) -> str | None:
    found = fields(call, value, "10PH6xPPI" if call.xlen == 64 else "10PH2xPPI")
    if found is None:
        return None
    uptime, *loads = found[:4]
    return struct(uptime=uptime, loads=listed(map(str, loads)), **dict(zip(SYSINFO, found[4:], strict=True)))


@pointer
def hwprobe(call: Call, value: int) -> str | None:
    found = [fields(call, value + 16 * n, "qQ") for n in range(min(call.following, SHOWN))]
    return None if None in found else listed(struct(key=key, value=f"{number:#x}") for key, number in found)


@pointer
def clone_args(call: Call, value: int) -> str | None:
    found = fields(call, value, "8Q")
    if found is None or call.following < CLONE_ARGS_SIZE_VER0:
        return None
    bits, pidfd, child, parent, number, stack, size, tls = found
    shown: dict[str, object] = {"flags": flags.names("CLONE", bits)}
    shown |= {"pidfd": address(pidfd)} if bits & CLONE_PIDFD else {}
    shown |= {"child_tid": address(child)} if bits & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID) else {}
    shown |= {"parent_tid": address(parent)} if bits & CLONE_PARENT_SETTID else {}
    shown |= {"exit_signal": name_of(number) if 0 < number < 65 else number}
    shown |= {"stack": address(stack), "stack_size": f"{size:#x}" if size else "0"}
    return struct(**shown, **({"tls": address(tls)} if bits & CLONE_SETTLS else {}))


@pointer
def sched_attr(call: Call, value: int) -> str | None:
    """So much of it as its size says."""
    size = (fields(call, value, "I") or (0,))[0]
    if 0 < size < SCHED_ATTR_SIZE_VER0:
        return struct(size=size)
    found = fields(call, value, "IIQiIQQQ")
    if found is None:
        return None
    shown: dict[str, object] = dict(zip(SCHED_ATTR, found, strict=True))
    shown["sched_policy"] = flags.names("SCHED", found[1])
    shown["sched_flags"] = flags.names("SCHED_FLAG", found[2])
    clamps = fields(call, value + SCHED_ATTR_SIZE_VER0, "II") if size > SCHED_ATTR_SIZE_VER0 else None
    return struct(**shown, **dict(zip(("sched_util_min", "sched_util_max"), clamps or (), strict=False)))


@pointer
def tms(call: Call, value: int) -> str | None:
    found = fields(call, value, "4L")
    names = ("tms_utime", "tms_stime", "tms_cutime", "tms_cstime")
    return None if found is None else struct(**dict(zip(names, found, strict=True)))


@pointer
def sembufs(call: Call, value: int) -> str | None:
    found = [fields(call, value + 6 * n, "Hhh") for n in range(min(call.following, SHOWN))]
    if None in found:
        return None
    return listed(struct(sem_num=n, sem_op=op, sem_flg=f"{bits:#o}" if bits else "0") for n, op, bits in found)


@pointer
def mq_attr(call: Call, value: int) -> str | None:
    found = fields(call, value, "4P")
    names = ("mq_flags", "mq_maxmsg", "mq_msgsize", "mq_curmsgs")
    return None if found is None else struct(**dict(zip(names, found, strict=True)))
