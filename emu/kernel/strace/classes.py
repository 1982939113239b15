"""strace's classes of system calls, `%file` or `file` (strace(1), "Filtering"), of calls that RISC-V has."""

from __future__ import annotations

_CLASSES = {
    "file": "setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr lremovexattr getcwd "
    "inotify_add_watch mknodat mkdirat unlinkat symlinkat linkat renameat renameat2 umount2 mount pivot_root statfs "
    "statfs64 truncate truncate64 faccessat faccessat2 chdir chroot fchmodat fchmodat2 fchownat openat openat2 "
    "quotactl readlinkat newfstatat utimensat utimensat_time64 acct execve execveat swapon swapoff fanotify_mark "
    "name_to_handle_at statx open_tree move_mount fsconfig fspick mount_setattr",
    "desc": "fsetxattr fgetxattr flistxattr fremovexattr eventfd2 epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 "
    "dup dup3 fcntl fcntl64 inotify_init1 inotify_add_watch inotify_rm_watch ioctl flock mknodat mkdirat unlinkat "
    "symlinkat linkat renameat renameat2 fstatfs fstatfs64 ftruncate ftruncate64 fallocate faccessat faccessat2 "
    "fchdir fchmod fchmodat fchmodat2 fchownat fchown openat openat2 close pipe2 getdents64 lseek llseek read write "
    "readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 sendfile pselect6 pselect6_time64 ppoll "
    "ppoll_time64 signalfd4 vmsplice splice tee readlinkat newfstatat fstat statx fsync fdatasync syncfs "
    "sync_file_range timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64 utimensat "
    "utimensat_time64 mq_open mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify "
    "mq_getsetattr readahead mmap mmap2 fadvise64 fadvise64_64 perf_event_open fanotify_init fanotify_mark "
    "name_to_handle_at open_by_handle_at setns finit_module memfd_create bpf execveat userfaultfd copy_file_range "
    "pidfd_open pidfd_getfd pidfd_send_signal process_madvise io_uring_setup io_uring_enter io_uring_register "
    "open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr",
    "process": "clone clone3 execve execveat exit exit_group wait4 waitid kill tkill tgkill rt_sigqueueinfo "
    "rt_tgsigqueueinfo pidfd_send_signal",
    "memory": "io_setup io_destroy shmat shmdt brk munmap mremap mmap mmap2 mprotect pkey_mprotect msync mlock mlock2 "
    "munlock mlockall munlockall mincore madvise remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages "
    "move_pages io_uring_register set_mempolicy_home_node",
    "signal": "signalfd4 kill tkill tgkill sigaltstack rt_sigsuspend rt_sigaction rt_sigprocmask rt_sigpending "
    "rt_sigtimedwait rt_sigtimedwait_time64 rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn pidfd_send_signal "
    "io_uring_enter",
    "network": "sendfile socket socketpair bind listen accept accept4 connect getsockname getpeername sendto recvfrom "
    "setsockopt getsockopt shutdown sendmsg recvmsg recvmmsg recvmmsg_time64 sendmmsg",
    "ipc": "msgget msgctl msgrcv msgsnd semget semctl semtimedop semtimedop_time64 semop shmget shmctl shmat shmdt",
    "creds": "capget capset setregid setgid setreuid setuid setresuid getresuid setresgid getresgid setfsuid setfsgid "
    "getgroups setgroups prctl getuid geteuid getgid getegid",
    "clock": "clock_settime clock_settime64 clock_gettime clock_gettime64 clock_getres clock_getres_time64 "
    "clock_adjtime clock_adjtime64 gettimeofday settimeofday adjtimex",
    "pure": "getpid getppid getuid geteuid getgid getegid gettid",
    "%stat": "newfstatat fstat statx",
    "fstat": "newfstatat fstat statx",
    "statfs": "statfs statfs64",
    "fstatfs": "fstatfs fstatfs64",
    "%statfs": "statfs statfs64 fstatfs fstatfs64",
}
CLASSES: dict[str, frozenset[str]] = {f"%{name}": frozenset(calls.split()) for name, calls in _CLASSES.items()}
CLASSES["%net"] = CLASSES["%network"]
BARE = frozenset(("file", "desc", "process", "memory", "signal", "network", "ipc"))  # older than the percent sign
