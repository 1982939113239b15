"""Kinds that point to structures of resources, processors and the system (section 2 man pages, asm-generic)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields, pointer
from emu.kernel.strace.text import SHOWN, address, listed, quoted, struct

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

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
    found = fields(call, value, "4P")
    if found is None:
        return None
    user, system = (struct(tv_sec=found[n], tv_usec=found[n + 1]) for n in (0, 2))
    return struct("...", ru_utime=user, ru_stime=system)


@pointer
def utsname(call: Call, value: int) -> str | None:
    names = [call.string(value + 65 * n) for n in range(2)]
    return None if None in names else struct("...", sysname=quoted(names[0]), nodename=quoted(names[1]))


@pointer
def sysinfo(call: Call, value: int) -> str | None:
    found = fields(call, value, "10PH")
    if found is None:
        return None
    return struct("...", uptime=found[0], totalram=found[4], freeram=found[5], procs=found[10])


@pointer
def hwprobe(call: Call, value: int) -> str | None:
    found = [fields(call, value + 16 * n, "qQ") for n in range(min(call.following, SHOWN))]
    return None if None in found else listed(struct(key=key, value=f"{number:#x}") for key, number in found)


@pointer
def clone_args(call: Call, value: int) -> str | None:
    found = fields(call, value, "8Q")
    if found is None:
        return None
    names = flags.names("CLONE", found[0])
    return struct("...", flags=names, stack=address(found[5]), stack_size=f"{found[6]:#x}", tls=address(found[7]))


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
