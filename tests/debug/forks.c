/* fork, vfork with execve, then execve: what does a debugger follow? */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int shared = 1;

int work(int n)
{
    shared += n;
    return shared * 2;
}

int child(void)
{
    int result = work(10);
    return result;
}

int parent(int pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    return work(WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return 7;
    int pid = fork();
    if (pid == 0)
        _exit(child());
    int sum = parent(pid);
    pid = vfork();
    if (pid == 0) {
        execl("/proc/self/exe", "forks", "again", (char *)0);
        _exit(99);
    }
    sum += parent(pid);
    printf("%d\n", sum);
    execl("/proc/self/exe", "forks", "again", (char *)0);
    return 3;
}
