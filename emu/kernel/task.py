"""task_struct: a thread of execution, and what the threads of one process share (Process).

States: new, ready (on a run queue), running (on a hart), waiting (for a wake-up), stopped (by a signal), terminated (a
zombie until waited for).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.file import Files
from emu.kernel.mm.mm import Mm
from emu.kernel.sched.states import NEW
from emu.kernel.sched.wait import WaitQueue

if TYPE_CHECKING:
    from emu.kernel.cputime import Watch
    from emu.kernel.itimer import CpuLimit, IntervalTimer, PosixTimer, SignalTimer
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.slab import Cache
    from emu.kernel.siginfo import Pending, SigAction


class FsStruct:
    """Where relative and absolute paths start, and the mode bits that new files don't get."""

    __slots__ = ("cwd", "root", "slab", "umask", "users")

    def __init__(self, cwd: DirBase, umask: int = 0o022, root: DirBase | None = None) -> None:
        self.cwd, self.root, self.umask, self.users = cwd, root or cwd, umask, 1
        self.slab = cwd.sb.kernel.slab.caches["fs_cache"].alloc()

    def copy(self) -> FsStruct:
        return FsStruct(self.cwd, self.umask, self.root)

    def put(self) -> None:
        """A task less uses it."""
        self.users -= 1
        if not self.users:
            self.cwd.sb.kernel.slab.caches["fs_cache"].free(self.slab)


class Sighand:
    """What a process does about each signal; `users` processes share it."""

    def __init__(self, cache: Cache, actions: dict[int, SigAction]) -> None:
        self.cache, self.actions, self.users = cache, actions, 1
        self.slab = cache.alloc()

    def copy(self) -> Sighand:
        return Sighand(self.cache, dict(self.actions))

    def put(self) -> None:
        """A process less uses it."""
        self.users -= 1
        if not self.users:
            self.cache.free(self.slab)


class Process:
    """What the threads of one process share besides memory and files: Linux's signal_struct."""

    def __init__(self, leader: Task, rlimits: list[list[int]], parent: Process | None, sighand: Sighand) -> None:
        self.leader, self.sighand = leader, sighand
        self.slab = leader.kernel.slab.caches["signal_cache"].alloc()
        self.threads: list[Task] = [leader]
        self.rlimits = rlimits
        self.parent = parent
        self.children: list[Process] = []  # zombies included
        self.stopped = 0  # the signal that stopped it
        self.news = ""  # "stopped" or "continued", until the parent has waited for that
        self.dead = False  # every thread has ended; a zombie until waited for
        self.pgid = self.sid = leader.pid
        self.exiting: int | None = None  # exit status when the whole group is on its way out
        self.child_exit, self.ended = WaitQueue(), WaitQueue()
        self.pending: Pending = {}  # signals to the process as a whole
        self.min_flt = self.maj_flt = self.cycles = 0  # of threads that have ended
        self.child_min_flt = self.child_maj_flt = self.child_cycles = 0  # of children that were waited for
        self.maxrss = self.child_maxrss = 0
        self.itimers: dict[int, IntervalTimer] = {}
        self.posix_timers: dict[int, PosixTimer] = {}
        self.cpu_limit: CpuLimit | None = None
        self.cpu_watch: Watch | None = None
        self.cpu_timers: dict[SignalTimer, None] = {}
        self.oom_score_adj = 0
        self.oom_killed = False
        self.subreaper = False  # orphans among its descendants become its children
        self.adopted = False  # by process 1
        self.dumpable = True
        self.membarriers = 0  # commands of membarrier(2) that were used, among them those that register
        self.did_exec = False  # since then its parent may not move it to another group

    @property
    def actions(self) -> dict[int, object]:
        """signal -> SigAction."""
        return self.sighand.actions


class Task:
    """One thread. While a hart holds its registers `loaded_on` says which; else they are in regs, fregs, pc, fcsr."""

    def __init__(self, kernel: Kernel, pid: int, mm: Mm | None, files: Files, fs: FsStruct) -> None:
        self.kernel, self.pid, self.tgid = kernel, pid, pid
        self.slab, self.pid_slab = kernel.slab.caches["task_struct"].alloc(), kernel.slab.caches["pid"].alloc()
        self.comm = ""
        self.state = NEW
        self.cpu = self.loaded_on = -1
        self.reload = False  # regs hold new values (execve, signal) that the hart must load
        self.mm, self.files, self.fs = mm, files, fs
        self.process: Process = None  # type: ignore[assignment]  # set by whoever makes the task
        self.regs: list[int] = [0] * 32
        self.fregs: list[int] = [0] * 32
        self.pc = self.fcsr = 0
        self.min_flt = self.maj_flt = 0
        self.clear_child_tid = self.robust_list = 0
        self.uid = self.euid = self.suid = self.fsuid = 0
        self.gid = self.egid = self.sgid = self.fsgid = 0
        self.groups: tuple[int, ...] = ()  # supplementary ones
        self.pdeath_signal = 0  # what it is sent when its parent ends
        self.no_new_privs = self.keepcaps = False
        self.timerslack = 50_000  # nanoseconds
        self.exit_code = 0  # as wait4 shows it: status << 8 | signal
        self.restart: Any = None  # what a system call that waits must remember until it is executed again
        self.waits_on: list[WaitQueue] = []
        self.vfork_done = WaitQueue()  # the parent of a vfork, until this task has left its memory
        self.exit_signal = 17  # what the parent is sent when it ends
        self.policy = self.nice = self.rt_priority = 0
        self.reset_on_fork = False  # its children are ordinary tasks again
        self.major_wait: Any = None  # the page of a major fault that waits for the disk
        self.io_cause: int | None = None  # while it waits for a disk: the ledger's name for that
        self.timer = 0  # number of the timer that may wake it
        self.affinity = (1 << len(kernel.harts)) - 1
        self.ready_since = self.on_cpu_since = self.ran_cycles = 0
        self.start_cycle = kernel.now
        self.blocked = 0  # signal mask, bit n-1 for signal n
        self.pending: Pending = {}
        self.altstack = (0, 2, 0)  # ss_sp, ss_flags = SS_DISABLE, ss_size
        self.nvcsw = self.nivcsw = 0  # context switches, voluntary and not
        self.awaited = 0  # signals that sigtimedwait waits for
        self.saved_mask: int | None = None
        self.again = False  # the system call that is executed next was begun, and counted, before it waited
        self.in_call = ""  # while a system call waits: what a signal makes of it, see wait_on
        self.on_interrupt: Any = None
        self.killable = False  # it waits, and of all signals only those that end it wake it

    is_kthread = False

    @property
    def is_leader(self) -> bool:
        """Whether it is the first thread of its process."""
        return self.pid == self.tgid

    @property
    def in_iowait(self) -> bool:
        """Whether it waits for a disk."""
        return self.io_cause is not None

    @property
    def uninterruptible(self) -> bool:
        """It waits for a disk, or as vfork's parent does."""
        return self.io_cause is not None or self.killable

    def set_state(self, state: str) -> None:
        """READY, RUNNING …; the load average and the timeline are told."""
        load = self.kernel.sched.load
        if self.kernel.now >= load.next:
            load.catch_up()
        self.state = state
        self.kernel.note_state(self)

    def stop_waiting(self) -> None:
        """Leave all wait queues; a timer that was set is void."""
        for queue in self.waits_on:
            queue.tasks.pop(self, None)
        self.waits_on.clear()
        self.timer = self.awaited = 0
        self.io_cause, self.killable = None, False

    def __repr__(self) -> str:
        return f"<Task {self.pid} {self.comm} {self.state}>"
