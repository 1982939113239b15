"""Who is told by SIGIO that a file is ready (fcntl(2), "Managing signals"): nobody, for none is sent. What is asked is
answered, and what would change it is refused.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL
from emu.kernel.fs.fcntl import F_GETOWN, F_GETOWN_EX, F_GETSIG, F_SETOWN, F_SETOWN_EX, F_SETSIG
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user

if TYPE_CHECKING:
    from emu.kernel.task import Task

OWNER_COMMANDS = (F_GETOWN, F_GETOWN_EX, F_GETSIG, F_SETOWN, F_SETOWN_EX, F_SETSIG)
OWNER = struct.Struct("<ii")  # struct f_owner_ex: type, pid
F_OWNER_TID, F_OWNER_PGRP = 0, 2


def fcntl_owner(task: Task, command: int, argument: int) -> int:
    """fcntl's commands about a file's owner and its signal. EINVAL EFAULT."""
    if command in (F_GETOWN, F_GETSIG):
        return 0
    if command == F_GETOWN_EX:
        copy_to_user(task.mm, argument, OWNER.pack(F_OWNER_TID, 0))
        return 0
    if command == F_SETOWN_EX:
        kind, argument = OWNER.unpack(copy_from_user(task.mm, argument, OWNER.size))
        if not F_OWNER_TID <= kind <= F_OWNER_PGRP:
            return -EINVAL
    return -EINVAL if argument & 0xFFFFFFFF else 0
