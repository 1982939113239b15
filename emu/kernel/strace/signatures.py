"""The arguments of every system call: what they are called and what they are, from the section 2 man pages.

Each word is `name:kind`; a kind that is called as its argument is left out. Kinds are functions in `values` and
`structures`, or sets of `flags`. A `>` says that the kernel writes what is pointed to, so that it is shown when the
call returns. `off` takes two registers on RV32.
"""

from __future__ import annotations

from typing import NamedTuple

_TABLE = """
read fd buf:bytes> count:size | write fd buf:bytes count:size | close fd | dup fd | dup3 oldfd:fd newfd:fd flags:OF |
readv fd iov:iovec> iovcnt:int | writev fd iov:iovec iovcnt:int | lseek fd offset:off whence:SEEK | preadv fd
iov:iovec> iovcnt:int offset:halves | pwritev fd iov:iovec iovcnt:int offset:halves | preadv2 fd iov:iovec> iovcnt:int
offset:halves flags:RWF high:skip | pwritev2 fd iov:iovec iovcnt:int offset:halves flags:RWF high:skip | pread64 fd
buf:bytes> count:size offset:off | pwrite64 fd buf:bytes count:size offset:off | llseek fd high:uint low:uint
result:off_p> whence:SEEK | fcntl fd cmd:F arg:fcntl_arg | ioctl fd request:IOCTL argp:ioctl_arg> | flock fd
operation:LOCK | fsync fd | fdatasync fd | sync | syncfs fd | ftruncate fd length:off | truncate path length:off |
fallocate fd mode:hex offset:off len:off | fadvise64 fd offset:off len:off advice:FADV | readahead fd offset:off
count:size | sync_file_range fd offset:off nbytes:off flags:hex | sendfile out_fd:fd in_fd:fd offset:off_p count:size
| copy_file_range fd_in:fd off_in:off_p fd_out:fd off_out:off_p len:size flags:uint | splice fd_in:fd off_in:off_p
fd_out:fd off_out:off_p len:size flags:SPLICE_F | tee fd_in:fd fd_out:fd len:size flags:SPLICE_F | vmsplice fd
iov:iovec nr_segs:size flags:SPLICE_F | close_range first:uint last:uint
flags:CLOSE_RANGE | pipe2 pipefd:fds> flags:OF | eventfd2 initval:uint flags:EFD | openat dirfd path flags:O
mode:creat_mode | openat2 dirfd path how:ptr size | unlinkat dirfd path flags:AT_UNLINK | mkdirat dirfd path
mode:octal | mknodat dirfd path mode:filemode dev:hex | symlinkat target:path newdirfd:dirfd linkpath:path | linkat
olddirfd:dirfd oldpath:path newdirfd:dirfd newpath:path flags:AT | getcwd buf:path> size | renameat olddirfd:dirfd
oldpath:path newdirfd:dirfd newpath:path | renameat2 olddirfd:dirfd oldpath:path newdirfd:dirfd newpath:path
flags:RENAME | readlinkat dirfd path buf:bytes> bufsiz:size | getdents64 fd dirp:dirents> count:size | chdir path |
fchdir fd | chroot path | umask mask:octal | fchmod fd mode:octal | fchmodat dirfd path mode:octal | fchmodat2 dirfd
path mode:octal flags:AT | fchown fd owner:id group:id | fchownat dirfd path owner:id group:id flags:AT | faccessat
dirfd path mode:ACCESS | faccessat2 dirfd path mode:ACCESS flags:AT | utimensat dirfd path times:timespecs flags:AT |
fstat fd statbuf:stat> | newfstatat dirfd path statbuf:stat> flags:AT | statx dirfd path flags:AT_STATX mask:STATX
statxbuf:statx> | statfs path buf:statfs> | fstatfs fd buf:statfs> | statfs64 path size buf:statfs64> | fstatfs64 fd
size buf:statfs64> | memfd_create name:str flags:MFD | getxattr path name:str value:ptr size | lgetxattr path name:str
value:ptr size | fgetxattr fd name:str value:ptr size | setxattr path name:str value:ptr size flags:uint | listxattr
path list:ptr size | flistxattr fd list:ptr size | llistxattr path list:ptr size | lsetxattr path name:str value:ptr
size flags:uint | fsetxattr fd name:str value:ptr size flags:uint | removexattr path name:str | lremovexattr path
name:str | fremovexattr fd name:str | brk addr:ptr | mmap addr:ptr length:size prot:PROT flags:MAP fd offset:hex0 |
munmap addr:ptr length:size | mmap2 addr:ptr length:size prot:PROT flags:MAP fd pgoff:hex0 | mprotect addr:ptr
length:size prot:PROT | mremap old_address:ptr old_size:size new_size:size flags:MREMAP new_address:mremap_to |
madvise addr:ptr length:size advice:MADV | msync addr:ptr length:size flags:MS | mincore addr:ptr length:size vec:ptr
| mlock addr:ptr length:size | mlock2 addr:ptr length:size flags:hex | munlock addr:ptr length:size | mlockall
flags:MCL | munlockall | membarrier cmd:MEMBARRIER flags:hex cpu:skip | process_madvise pidfd:fd iov:iovec vlen:size
advice:MADV flags:uint | cachestat fd cstat_range:ptr cstat:ptr flags:uint |
process_vm_readv pid:int local_iov:iovec> liovcnt:size remote_iov:ptr riovcnt:size flags:uint
| process_vm_writev pid:int local_iov:iovec liovcnt:size remote_iov:ptr riovcnt:size flags:uint | remap_file_pages
addr:ptr size prot:PROT pgoff:hex0 flags:MAP | msgget key:hex msgflg:octal | msgsnd msqid:int msgp:ptr msgsz:size
msgflg:octal | msgrcv msqid:int msgp:ptr msgsz:size msgtyp:int msgflg:octal | msgctl msqid:int cmd:IPC buf:ptr |
semget key:hex nsems:int semflg:octal | semop semid:int sops:sembufs nsops:size | semtimedop semid:int sops:sembufs
nsops:size timeout:timespec | semctl semid:int semnum:int cmd:SEMCMD arg:hex | mq_open name:path oflag:O mode:octal
attr:mq_attr | mq_unlink name:path | mq_timedsend mqdes:fd msg_ptr:bytes msg_len:size msg_prio:uint
abs_timeout:timespec | mq_timedreceive mqdes:fd msg_ptr:bytes> msg_len:size msg_prio:int_p> abs_timeout:timespec |
mq_notify mqdes:fd sevp:ptr | mq_getsetattr mqdes:fd newattr:mq_attr oldattr:mq_attr> | shmget key:hex size
shmflg:octal | shmat shmid:int shmaddr:ptr shmflg:SHM | shmdt shmaddr:ptr | shmctl shmid:int cmd:IPC buf:ptr | clone
flags:clone_flags stack:skip parent_tid:clone_parent tls:clone_tls child_tid:clone_child | clone3 cl_args:clone_args
size | execve path argv:argv envp:envp | execveat dirfd path argv:argv envp:envp flags:AT | exit status:int |
exit_group status:int | wait4 pid:int wstatus:wstatus> options:WAIT rusage:rusage> | waitid idtype:P id:int
infop:siginfo> options:WAIT rusage:ptr | getpid | gettid | getppid | getuid | geteuid | getgid | getegid | getpgid
pid:int | getsid pid:int | setpgid pid:int pgid:int | setsid | getresuid ruid:int_p> euid:int_p> suid:int_p> |
getresgid rgid:int_p> egid:int_p> sgid:int_p> | setuid uid:id | setgid gid:id | setreuid ruid:id euid:id | setregid
rgid:id egid:id | setresuid ruid:id euid:id suid:id | setresgid rgid:id egid:id sgid:id | getgroups size:int list:ptr
| setgroups size:int list:ptr | setfsuid uid:id | setfsgid gid:id | set_tid_address tidptr:ptr | set_robust_list
head:ptr len:size | get_robust_list pid:int head:ptr len:ptr | rseq rseq:ptr rseq_len:size flags:uint sig:hex | prctl
option:PR arg2:prctl_arg | personality persona:hex | capget hdrp:ptr datap:ptr | capset hdrp:ptr datap:ptr | unshare
flags:CLONE | futex uaddr:ptr op:FUTEX val:futex_val timeout:futex_timeout uaddr2:futex_addr2 val3:futex_val3 |
sched_yield | sched_getaffinity pid:int cpusetsize:size mask:cpuset> | sched_setaffinity pid:int cpusetsize:size
mask:cpuset | sched_getscheduler pid:int | sched_setscheduler pid:int policy:SCHED param:int_p | sched_getparam
pid:int param:int_p> | sched_setparam pid:int param:int_p | sched_get_priority_max policy:SCHED |
sched_get_priority_min policy:SCHED | sched_setattr pid:int attr:sched_attr flags:uint | sched_getattr pid:int
attr:sched_attr> size:uint flags:uint | restart_syscall | sched_rr_get_interval pid:int tp:timespec> |
getpriority which:PRIO who:int | setpriority which:PRIO who:int prio:int | getcpu cpu:int_p> node:int_p>
tcache:ptr | kill pid:int sig:signal | tkill
tid:int sig:signal | tgkill tgid:int tid:int sig:signal | rt_sigreturn frame:sigreturn | rt_sigaction signum:signal
act:sigaction oldact:sigaction> sigsetsize:size | rt_sigprocmask how:SIGMASK set:sigset oldset:sigset> sigsetsize:size
| rt_sigpending set:sigset> sigsetsize:size | rt_sigsuspend mask:sigset sigsetsize:size | rt_sigtimedwait set:sigset
info:siginfo> timeout:timespec sigsetsize:size | rt_sigqueueinfo tgid:int sig:signal info:siginfo | rt_tgsigqueueinfo
tgid:int tid:int sig:signal info:siginfo | sigaltstack ss:altstack old_ss:altstack> | signalfd4 fd mask:sigset
sizemask:size flags:SFD | pidfd_open pid:int flags:uint | pidfd_getfd pidfd:fd targetfd:int flags:uint |
pidfd_send_signal pidfd:fd sig:signal info:ptr flags:uint | ppoll fds:pollfds nfds:uint tmo_p:timespec sigmask:sigset
sigsetsize:size | pselect6 nfds:int readfds:fdset writefds:fdset exceptfds:fdset timeout:timespec sigmask:ptr |
epoll_create1 flags:EPOLLFLAG | epoll_ctl epfd:fd op:EPOLL_CTL fd event:epoll_event | epoll_pwait epfd:fd
events:epoll_events> maxevents:int timeout:int sigmask:sigset sigsetsize:size | epoll_pwait2 epfd:fd
events:epoll_events> maxevents:int timeout:timespec sigmask:sigset sigsetsize:size | inotify_init1 flags:OF |
inotify_add_watch fd path mask:hex | inotify_rm_watch fd wd:int | clock_gettime clockid:CLOCK tp:timespec> |
clock_getres clockid:CLOCK res:timespec> | clock_settime clockid:CLOCK tp:timespec | clock_nanosleep clockid:CLOCK
flags:TIMER request:timespec remain | nanosleep request:timespec remain | gettimeofday tv:timeval> tz:ptr |
settimeofday tv:timeval tz:ptr | times buf:tms> | getitimer which:ITIMER value:itimerval> | setitimer which:ITIMER
new_value:itimerval old_value:itimerval> | timerfd_create clockid:CLOCK flags:TFD_CREATE | timerfd_settime fd
flags:TFD new_value:itimerspec old_value:itimerspec> | timerfd_gettime fd curr_value:itimerspec> | timer_create
clockid:CLOCK sevp:ptr timerid:int_p> | timer_settime timerid:int flags:TIMER new_value:itimerspec
old_value:itimerspec> | timer_gettime timerid:int curr_value:itimerspec> | timer_getoverrun timerid:int | timer_delete
timerid:int | uname buf:utsname> | sysinfo info:sysinfo> | getrusage who:RUSAGE usage:rusage> | getrandom buf:noise>
buflen:size flags:GRND | prlimit64 pid:int resource:RLIMIT new_limit:rlimit old_limit:rlimit> | getrlimit
resource:RLIMIT rlim:rlimit> | setrlimit resource:RLIMIT rlim:rlimit | sethostname name:ptr len:size | setdomainname
name:ptr len:size | riscv_hwprobe pairs:hwprobe> pair_count:size cpusetsize:size cpus:ptr flags:hex |
riscv_flush_icache start:ptr end:ptr flags:hex | socket domain:AF type:SOCK protocol:int | socketpair domain:AF
type:SOCK protocol:int sv:fds> | bind sockfd:fd addr:sockaddr addrlen:int | listen sockfd:fd backlog:int | accept
sockfd:fd addr:sockaddr_p> addrlen:length> | accept4 sockfd:fd addr:sockaddr_p> addrlen:length> flags:SOCK | connect
sockfd:fd addr:sockaddr addrlen:int | getsockname sockfd:fd addr:sockaddr_p> addrlen:length> | getpeername sockfd:fd
addr:sockaddr_p> addrlen:length> | sendto sockfd:fd buf:bytes len:size flags:MSG dest_addr:sockaddr addrlen:int |
recvfrom sockfd:fd buf:bytes> len:size flags:MSG src_addr:sockaddr_p> addrlen:length> | sendmsg sockfd:fd msg:msghdr
flags:MSG | recvmsg sockfd:fd msg:msghdr> flags:MSG | shutdown sockfd:fd how:SHUT | sendmmsg sockfd:fd msgvec:ptr
vlen:uint flags:MSG | recvmmsg sockfd:fd msgvec:ptr vlen:uint flags:MSG timeout:timespec | setsockopt sockfd:fd
level:SOL optname:SO optval:int_p optlen:int | getsockopt sockfd:fd level:SOL optname:SO optval:int_p> optlen:length>
| ptrace request:int pid:int addr:ptr data:ptr | reboot magic:hex magic2:hex cmd:hex arg:ptr | syslog type:int
bufp:ptr len:int | mount source:path target:path type:str flags:hex data:ptr | umount2 target:path flags:hex
"""

# RV32's calls with 64-bit times and sizes, under names of their own, have the arguments of the old ones
_SAME = """
fcntl64 fcntl | ftruncate64 ftruncate | truncate64 truncate | fadvise64_64 fadvise64 | sendfile64 sendfile |
clock_gettime64 clock_gettime | clock_settime64 clock_settime | clock_getres_time64 clock_getres |
clock_nanosleep_time64 clock_nanosleep | timer_gettime64 timer_gettime | timer_settime64 timer_settime |
timerfd_gettime64 timerfd_gettime | timerfd_settime64 timerfd_settime | utimensat_time64 utimensat | pselect6_time64
pselect6 | ppoll_time64 ppoll | recvmmsg_time64 recvmmsg | rt_sigtimedwait_time64 rt_sigtimedwait | futex_time64 futex
| sched_rr_get_interval_time64 sched_rr_get_interval | semtimedop_time64 semtimedop | mq_timedsend_time64 mq_timedsend |
mq_timedreceive_time64 mq_timedreceive
"""


class Parameter(NamedTuple):
    """One argument of a system call; `out`: the kernel writes what it points to."""

    name: str
    kind: str
    out: bool


def _parse() -> dict[str, tuple[Parameter, ...]]:
    table = {}
    for row in _TABLE.split("|"):
        name, *words = row.split()
        table[name] = tuple(map(_parameter, words))
    for row in _SAME.split("|"):
        new, old = row.split()
        table[new] = table[old]
    return table


def _parameter(word: str) -> Parameter:
    name, _, kind = word.removesuffix(">").partition(":")
    return Parameter(name, kind or name, word.endswith(">"))


SIGNATURES: dict[str, tuple[Parameter, ...]] = _parse()
UNKNOWN = tuple(Parameter(f"arg{n}", "hex", False) for n in range(1, 7))


def signature(name: str) -> tuple[Parameter, ...]:
    """The parameters of a call; six words in hexadecimal for one that is not in the table."""
    return SIGNATURES.get(name, UNKNOWN)
