/* Directories and stat: mkdir, readdir, nftw, links, permissions, times, glob, realpath. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int visits, directories;

static int visit(const char *path, const struct stat *info, int kind, struct FTW *where) {
    (void)path, (void)info, (void)where;
    visits++, directories += kind == FTW_DP;
    return remove(path);
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

int main(void) {
    char name[64], home[PATH_MAX], where[PATH_MAX] = "judge-XXXXXX";
    mkdtemp(where), getcwd(home, sizeof home);
    chdir(where);
    mkdir("d", 0755), mkdir("d/e", 0700);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "d/file%02d.%s", i, i % 2 ? "txt" : "dat");
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0640);
        if (write(fd, name, i) != i) return 1;
        close(fd);
    }
    struct dirent **list;
    int count = scandir("d", &list, NULL, by_name);
    printf("%d entries: %s %s %s … %s\n", count, list[0]->d_name, list[1]->d_name, list[2]->d_name, list[count - 1]->d_name);
    struct stat info;
    stat("d/file07.txt", &info);
    printf("size %lld mode %o regular %d links %d\n", (long long)info.st_size, info.st_mode & 07777, S_ISREG(info.st_mode), (int)info.st_nlink);
    link("d/file07.txt", "d/hard"), symlink("hard", "d/soft");
    stat("d/soft", &info);
    char target[32] = "";
    ssize_t length = readlink("d/soft", target, sizeof target);
    printf("links %d target %.*s", (int)info.st_nlink, (int)length, target);
    lstat("d/soft", &info);
    printf(" symlink %d size %lld\n", S_ISLNK(info.st_mode), (long long)info.st_size);
    chmod("d/hard", 0444);
    struct timespec times[2] = {{1000, 500}, {2000, 700}};
    utimensat(AT_FDCWD, "d/hard", times, 0);
    stat("d/file07.txt", &info);
    printf("mode %o atime %lld mtime %lld.%ld\n", info.st_mode & 07777, (long long)info.st_atim.tv_sec, (long long)info.st_mtim.tv_sec, (long)info.st_mtim.tv_nsec);
    glob_t found;
    glob("d/*[13579].txt", 0, NULL, &found);
    printf("glob %zu %s %s\n", found.gl_pathc, found.gl_pathv[0], found.gl_pathv[found.gl_pathc - 1]);
    char real[PATH_MAX];
    realpath("d/../d/./soft", real);
    printf("real %s\n", strrchr(real, '/'));
    printf("%d %s", rmdir("d"), strerror(errno));
    printf(", %d %s", mkdir("d", 0700), strerror(errno));
    printf(", %d %s\n", open("d/file07.txt/x", O_RDONLY), strerror(errno));
    rename("d/file01.txt", "d/e/moved");
    truncate("d/file39.txt", 5);
    stat("d/file39.txt", &info);
    printf("truncated %lld access %d %d\n", (long long)info.st_size, access("d/e/moved", R_OK), access("d/file01.txt", F_OK));
    chdir(home);
    nftw(where, visit, 10, FTW_DEPTH | FTW_PHYS);
    printf("removed %d, %d directories\n", visits, directories);
    return 0;
}
