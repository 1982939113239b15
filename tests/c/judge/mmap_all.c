/* mmap: anonymous, shared over fork, files, fixed, protections, mremap, madvise, msync, mincore. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(shared, "parent"), strcpy(private, "parent");
    if (!fork()) strcpy(shared, "child"), strcpy(private, "child"), _exit(0);
    wait(NULL);
    printf("shared %s private %s\n", shared, private);
    int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < 3000; i++) dprintf(fd, "%04d\n", i);
    char *file = mmap(NULL, 15000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *copy = mmap(NULL, 15000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 4096);
    printf("%.4s %.4s after the end %d\n", file + 5000, copy + 904, file[15001]);
    memcpy(file, "AAAA", 4), memcpy(copy + 904, "BBBB", 4);
    msync(file, 15000, MS_SYNC);
    char text[5] = "";
    pread(fd, text, 4, 0);
    printf("%s ", text);
    pread(fd, text, 4, 5000);
    printf("%s %.4s\n", text, copy + 904);
    char *fixed = mmap(private + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    printf("fixed %d zero %d\n", fixed == private + 4096, fixed[0]);
    char *grown = mremap(private, 4096, 1 << 20, MREMAP_MAYMOVE);
    printf("grown %s %d\n", grown, grown[(1 << 20) - 1]);
    madvise(grown, 4096, MADV_DONTNEED);
    printf("after DONTNEED '%s'\n", grown);
    unsigned char resident[4];
    grown[4096] = 1;
    mincore(grown, 4 * 4096, resident);
    printf("resident %d %d\n", resident[1] & 1, resident[3] & 1);
    printf("munmap %d again %d\n", munmap(file, 15000), munmap(file, 15000));
    printf("errors: %d %s", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED, strerror(errno));
    printf(", %d %s", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED, strerror(errno));
    putchar('\n');
    int memory = memfd_create("m", 0);
    ftruncate(memory, 4096);
    char *one = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0), *two = mmap(NULL, 4096, PROT_READ, MAP_SHARED, memory, 0);
    strcpy(one, "two views");
    printf("%s\n", two);
    return 0;
}
