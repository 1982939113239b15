/* Each process makes another one, for ever. What stops it?

   Look at   emu run programs/c/fork_bomb.c               RLIMIT_NPROC is lowered to 20 first; fork then fails with EAGAIN
             emu run --strace=clone,prlimit64 programs/c/fork_bomb.c 2>&1 | tail -40
   The limit counts the processes of a user, not the children of one process: so whole bombs are contained. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT = 20, TRIES = 1000 };

int main(void) {
    struct rlimit limit = {LIMIT, LIMIT};
    setrlimit(RLIMIT_NPROC, &limit);
    setuid(1000); /* root may have as many as it likes */
    int children = 0;
    pid_t pid = 0;
    while (children < TRIES && (pid = fork()) > 0) children++;
    if (pid == 0) {
        pause();
        return 0;
    }
    printf("fork number %d failed: %s\n", children + 1, strerror(errno));
    return children < TRIES ? 0 : 1;
}
