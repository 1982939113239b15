/* A shell small enough to read: what happens between `ls | wc > out &` and the processes that do it?

   emu run programs/c/sh.c                       reads commands from standard input
   emu run programs/c/sh.c -c 'echo one two | cat > /tmp/x; cat < /tmp/x'
   Look at   emu run --strace=%process,%desc programs/c/sh.c -c 'echo hello | cat'     fork, pipe, dup3, wait4

   A line is a list of pipelines, separated by ; or & (in the background). A pipeline is commands joined by |, a command
   is words and redirections (< > >>). For each command: fork, put the pipe's ends where 0 and 1 are, exec. There are no
   other programs here, so the shell has a few of its own: echo cat wc true false, in the child as a program would be. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 64 };
extern char **environ;
static int status;

/* -- programs of its own ------------------------------------------------------------------------------------------- */
static int echo(char **argv) {
    for (int i = 1; argv[i]; i++) printf("%s%s", argv[i], argv[i + 1] ? " " : "");
    putchar('\n');
    return 0;
}

static int cat(char **argv) {
    char buffer[4096];
    ssize_t got;
    for (int i = argv[1] ? 1 : 0; argv[i]; i++) {
        int fd = i ? open(argv[i], O_RDONLY) : 0;
        if (fd < 0) return fprintf(stderr, "cat: %s: %s\n", argv[i], strerror(errno)), 1;
        while ((got = read(fd, buffer, sizeof buffer)) > 0) fwrite(buffer, 1, got, stdout);
        if (!i) break;
    }
    return 0;
}

static int wc(char **argv) {
    long lines = 0, words = 0, bytes = 0;
    char buffer[4096];
    ssize_t got;
    for (int inside = 0; (got = read(0, buffer, sizeof buffer)) > 0; bytes += got)
        for (char *c = buffer; c < buffer + got; c++) {
            lines += *c == '\n';
            int blank = *c == ' ' || *c == '\n' || *c == '\t';
            words += !blank && !inside;
            inside = !blank;
        }
    (void)argv;
    return printf("%ld %ld %ld\n", lines, words, bytes) < 0;
}

static int yes_no(char **argv) { return !strcmp(argv[0], "false"); }

static const struct { const char *name; int (*run)(char **); } own[] = {
    {"echo", echo}, {"cat", cat}, {"wc", wc}, {"true", yes_no}, {"false", yes_no},
};

/* -- one command --------------------------------------------------------------------------------------------------- */
static void redirect(const char *path, int flags, int to) {
    if (!path) fprintf(stderr, "sh: a file name is missing\n"), exit(2);
    int fd = open(path, flags, 0644);
    if (fd < 0) fprintf(stderr, "sh: %s: %s\n", path, strerror(errno)), exit(1);
    dup2(fd, to);
    close(fd);
}

static _Noreturn void execute(char *text) {
    char *argv[WORDS], *word;
    int count = 0;
    while ((word = strtok(text, " \t\n")) && count < WORDS - 1) {
        text = NULL;
        if (!strcmp(word, "<")) redirect(strtok(NULL, " \t\n"), O_RDONLY, 0);
        else if (!strcmp(word, ">")) redirect(strtok(NULL, " \t\n"), O_WRONLY | O_CREAT | O_TRUNC, 1);
        else if (!strcmp(word, ">>")) redirect(strtok(NULL, " \t\n"), O_WRONLY | O_CREAT | O_APPEND, 1);
        else argv[count++] = word;
    }
    argv[count] = NULL;
    if (!count) exit(0);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strcmp(argv[0], own[i].name)) exit(own[i].run(argv));
    execve(argv[0], argv, environ);
    fprintf(stderr, "sh: %s: %s\n", argv[0], strerror(errno));
    exit(errno == ENOENT ? 127 : 126);
}

/* -- a pipeline ---------------------------------------------------------------------------------------------------- */
static void pipeline(char *text, int background) {
    int in = 0;
    pid_t last = 0;
    for (char *next; text; text = next) {
        if ((next = strchr(text, '|'))) *next++ = '\0';
        int ends[2] = {0, 1};
        if (next && pipe(ends) < 0) return perror("pipe");
        fflush(stdout);
        last = fork();
        if (last < 0) return perror("fork");
        if (last == 0) {
            if (in) dup2(in, 0), close(in);
            if (next) dup2(ends[1], 1), close(ends[0]), close(ends[1]);
            execute(text);
        }
        if (in) close(in);
        if (next) close(ends[1]);
        in = ends[0];
    }
    if (background) {
        printf("[%d]\n", (int)last);
        return;
    }
    for (int result; ; ) {
        pid_t ended = wait(&result);
        if (ended == last) status = WIFEXITED(result) ? WEXITSTATUS(result) : 128 + WTERMSIG(result);
        if (ended == last || ended < 0) return;
    }
}

static void line(char *text) {
    while (*text) {
        size_t length = strcspn(text, ";&\n");
        char end = text[length];
        text[length] = '\0';
        char *word = text + strspn(text, " \t");
        for (char *tail = word + strlen(word); tail > word && (tail[-1] == ' ' || tail[-1] == '\t');) *--tail = '\0';
        if (!strcmp(word, "exit") || !strncmp(word, "exit ", 5)) exit(word[4] ? atoi(word + 5) : status);
        if (!strncmp(word, "cd ", 3)) status = chdir(word + 3) ? (perror(word + 3), 1) : 0;
        else if (!strcmp(word, "wait")) while (wait(NULL) > 0) {}
        else if (*word && *word != '#') pipeline(word, end == '&');
        text += length + (end != '\0');
    }
}

int main(int argc, char **argv) {
    char text[4096] = "";
    setvbuf(stdin, NULL, _IONBF, 0); /* what is not read yet is for the commands: a buffer would keep it from them */
    if (argc == 3 && !strcmp(argv[1], "-c")) return line(strncpy(text, argv[2], sizeof text - 1)), status;
    if (argc > 1) return fprintf(stderr, "usage: sh [-c COMMAND]\n"), 2;
    for (;;) {
        if (isatty(0)) fputs("$ ", stdout), fflush(stdout);
        if (!fgets(text, sizeof text, stdin)) return status;
        line(text);
    }
}
