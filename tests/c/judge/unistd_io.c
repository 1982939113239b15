/* Descriptors: pread, pwrite, readv, writev, lseek over holes, dup, fcntl, sparse files, O_APPEND, sendfile, locks. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    char text[64] = "";
    int fd = open("io", O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct iovec out[] = {{"abc", 3}, {"", 0}, {"defgh", 5}};
    printf("%d", (int)writev(fd, out, 3));
    pwrite(fd, "XY", 2, 1);
    char one[3], two[10];
    struct iovec in[] = {{one, 3}, {two, 10}};
    lseek(fd, 0, SEEK_SET);
    printf(" %d %.3s %.5s\n", (int)readv(fd, in, 2), one, two);
    lseek(fd, 100000, SEEK_SET);
    write(fd, "end", 3);
    struct stat info;
    fstat(fd, &info);
    pread(fd, text, 5, 50000);
    printf("size %lld hole %d position %lld\n", (long long)info.st_size, text[0] | text[4], (long long)lseek(fd, 0, SEEK_CUR));
    int twin = dup(fd);
    lseek(twin, 2, SEEK_SET);
    read(fd, text, 3);
    printf("shared position %.3s %lld\n", text, (long long)lseek(twin, 0, SEEK_CUR));
    printf("flags %d cloexec %d", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR, fcntl(fd, F_SETFD, FD_CLOEXEC));
    printf(" %d %d\n", fcntl(fd, F_GETFD), fcntl(twin, F_GETFD));
    int append = open("io", O_WRONLY | O_APPEND);
    lseek(append, 0, SEEK_SET);
    write(append, "tail", 4);
    pread(fd, text, 7, 100000);
    printf("%.7s\n", text);
    int copy = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0600);
    off_t offset = 0;
    printf("sendfile %d at %d", (int)sendfile(copy, fd, &offset, 8), (int)offset);
    pread(copy, text, 8, 0);
    printf(" %.8s\n", text);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
    fcntl(fd, F_SETLK, &lock);
    fflush(stdout);
    if (!fork()) {
        lock.l_type = F_RDLCK;
        printf("lock %d %s", fcntl(fd, F_SETLK, &lock), strerror(errno));
        lock.l_type = F_WRLCK, lock.l_start = 0, lock.l_len = 100;
        fcntl(fd, F_GETLK, &lock);
        printf(" held %d-%d by the parent %d\n", (int)lock.l_start, (int)lock.l_len, lock.l_pid == getppid());
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    printf("flock %d %d %s\n", flock(fd, LOCK_EX), flock(copy, LOCK_EX | LOCK_NB), "");
    int waiting, ends[2];
    pipe(ends);
    write(ends[1], "12345", 5);
    ioctl(ends[0], FIONREAD, &waiting);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    read(ends[0], text, 10);
    printf("waiting %d then %d %s\n", waiting, (int)read(ends[0], text, 1), strerror(errno));
    posix_fallocate(copy, 0, 5000);
    fstat(copy, &info);
    printf("allocated %lld isatty %d %s\n", (long long)info.st_size, isatty(copy), strerror(errno));
    printf("%d %s\n", (int)lseek(ends[0], 0, SEEK_SET), strerror(errno));
    return 0;
}
