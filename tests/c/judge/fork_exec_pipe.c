/* fork, exec, pipes, wait: exit status, signals, orphaned ends, environment, descriptors over exec, posix_spawn. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int child(int argc, char **argv) {
    if (!strcmp(argv[1], "echo")) {
        for (int i = 2; i < argc; i++) printf("%s%s", argv[i], i + 1 < argc ? " " : "\n");
        return 0;
    }
    if (!strcmp(argv[1], "env")) return printf("%s %s\n", getenv("COLOUR"), getenv("NOTHING") ? "?" : "none"), 3;
    if (!strcmp(argv[1], "fd")) return fcntl(atoi(argv[2]), F_GETFD) < 0 ? errno == EBADF ? 1 : 2 : 0;
    abort();
}

static int status_of(pid_t pid) {
    int status;
    waitpid(pid, &status, 0);
    return status;
}

int main(int argc, char **argv) {
    if (argc > 1) return child(argc, argv);
    setvbuf(stdout, NULL, _IONBF, 0);
    int ends[2], status;
    pipe(ends);
    pid_t pid = fork();
    if (!pid) {
        dup2(ends[1], 1);
        close(ends[0]), close(ends[1]);
        execl("/proc/self/exe", "me", "echo", "through", "a", "pipe", NULL);
        _exit(99);
    }
    close(ends[1]);
    char text[100];
    ssize_t got = read(ends[0], text, sizeof text);
    printf("%.*s", (int)got, text);
    printf("end %d status %d\n", (int)read(ends[0], text, 1), WEXITSTATUS(status_of(pid)));
    if (!(pid = fork())) {
        char *args[] = {"me", "env", NULL}, *env[] = {"COLOUR=blue", NULL};
        execve("/proc/self/exe", args, env);
        _exit(99);
    }
    printf("status %d\n", WEXITSTATUS(status_of(pid)));
    if (!(pid = fork())) execl("/proc/self/exe", "me", "crash", NULL), _exit(99);
    status = status_of(pid);
    printf("signal %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    int keep = open("/dev/null", O_RDONLY), drop = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2; i++) {
        char number[12];
        snprintf(number, sizeof number, "%d", i ? drop : keep);
        if (!(pid = fork())) execl("/proc/self/exe", "me", "fd", number, NULL), _exit(99);
        printf("descriptor %s\n", WEXITSTATUS(status_of(pid)) ? "closed" : "kept");
    }
    if (!(pid = fork())) {
        raise(SIGSTOP);
        _exit(7);
    }
    waitpid(pid, &status, WUNTRACED);
    printf("stopped %d", WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    kill(pid, SIGCONT);
    waitpid(pid, &status, WCONTINUED);
    printf(" continued %d", WIFCONTINUED(status));
    printf(" exit %d\n", WEXITSTATUS(status_of(pid)));
    char *args[] = {"me", "echo", "spawned", NULL};
    printf("spawn %d ", posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ));
    status_of(pid);
    printf("missing %s\n", strerror(posix_spawn(&pid, "/no/such", NULL, NULL, args, environ)));
    printf("no child %d %s\n", wait(NULL), strerror(errno));
    return 5;
}
