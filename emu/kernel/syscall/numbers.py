"""The names and numbers of all of Linux's system calls on RISC-V (asm/unistd_64.h and asm/unistd_32.h).

A word starting with `=` sets the number of the next name; names count up from there.
"""

from __future__ import annotations

_COMMON = """
=0 io_setup io_destroy io_submit io_cancel =5 setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr
llistxattr flistxattr removexattr lremovexattr fremovexattr getcwd lookup_dcookie eventfd2 epoll_create1 epoll_ctl
epoll_pwait dup dup3 =26 inotify_init1 inotify_add_watch inotify_rm_watch ioctl ioprio_set ioprio_get flock mknodat
mkdirat unlinkat symlinkat linkat =39 umount2 mount pivot_root nfsservctl =47 fallocate faccessat chdir fchdir
chroot fchmod fchmodat fchownat fchown openat close vhangup pipe2 quotactl getdents64 =63 read write readv writev
pread64 pwrite64 preadv pwritev =74 signalfd4 vmsplice splice tee readlinkat =81 sync fsync fdatasync
sync_file_range timerfd_create =89 acct capget capset personality exit exit_group waitid set_tid_address unshare =99
set_robust_list get_robust_list =102 getitimer setitimer kexec_load init_module delete_module timer_create =109
timer_getoverrun =111 timer_delete =116 syslog ptrace sched_setparam sched_setscheduler sched_getscheduler
sched_getparam sched_setaffinity sched_getaffinity sched_yield sched_get_priority_max sched_get_priority_min =128
restart_syscall kill tkill tgkill sigaltstack rt_sigsuspend rt_sigaction rt_sigprocmask rt_sigpending =138
rt_sigqueueinfo rt_sigreturn setpriority getpriority reboot setregid setgid setreuid setuid setresuid getresuid
setresgid getresgid setfsuid setfsgid times setpgid getpgid getsid setsid getgroups setgroups uname sethostname
setdomainname =165 getrusage umask prctl getcpu =172 getpid getppid getuid geteuid getgid getegid gettid sysinfo
mq_open mq_unlink =184 mq_notify mq_getsetattr msgget msgctl msgrcv msgsnd semget semctl =193 semop shmget shmctl
shmat shmdt socket socketpair bind listen accept connect getsockname getpeername sendto recvfrom setsockopt
getsockopt shutdown sendmsg recvmsg readahead brk munmap mremap add_key request_key keyctl clone execve =224 swapon
swapoff mprotect msync mlock munlock mlockall munlockall mincore madvise remap_file_pages mbind get_mempolicy
set_mempolicy migrate_pages move_pages rt_tgsigqueueinfo perf_event_open accept4 =258 riscv_hwprobe
riscv_flush_icache =261 prlimit64 fanotify_init fanotify_mark name_to_handle_at open_by_handle_at =267 syncfs setns
sendmmsg process_vm_readv process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 seccomp
getrandom memfd_create bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect
pkey_alloc pkey_free statx =293 rseq kexec_file_load =424 pidfd_send_signal io_uring_setup io_uring_enter
io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2
pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset
landlock_add_rule landlock_restrict_self memfd_secret process_mrelease futex_waitv set_mempolicy_home_node cachestat
fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount lsm_get_self_attr
lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat open_tree_attr file_getattr
file_setattr listns rseq_slice_yield
"""

_ONLY_RV64 = """
=4 io_getevents =25 fcntl =43 statfs fstatfs truncate ftruncate =62 lseek =71 sendfile pselect6 ppoll =79 newfstatat
fstat =86 timerfd_settime timerfd_gettime utimensat =98 futex =101 nanosleep =108 timer_gettime =110 timer_settime
=112 clock_settime clock_gettime clock_getres clock_nanosleep =127 sched_rr_get_interval =137 rt_sigtimedwait =163
getrlimit setrlimit =169 gettimeofday settimeofday adjtimex =182 mq_timedsend mq_timedreceive =192 semtimedop =222
mmap fadvise64 =243 recvmmsg =260 wait4 =266 clock_adjtime =292 io_pgetevents
"""

_ONLY_RV32 = """
=25 fcntl64 =43 statfs64 fstatfs64 truncate64 ftruncate64 =62 llseek =71 sendfile64 =222 mmap2 fadvise64_64 =403
clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64 clock_nanosleep_time64 timer_gettime64
timer_settime64 timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64 =416
io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64
rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64
"""


def _parse(text: str) -> dict[int, str]:
    names: dict[int, str] = {}
    number = 0
    for word in text.split():
        if word.startswith("="):
            number = int(word[1:])
        else:
            names[number] = word
            number += 1
    return names


NAMES: dict[int, dict[int, str]] = {
    64: _parse(_COMMON) | _parse(_ONLY_RV64),
    32: _parse(_COMMON) | _parse(_ONLY_RV32),
}
