/* An editor without read and write: the file is memory. How do the changes get into the file, and when?

   emu run programs/c/mmap_edit.c [FILE OLD NEW]        replaces OLD by NEW (of the same length); alone it makes a file
   Look at   emu run --strace=open,mmap,msync,munmap,write programs/c/mmap_edit.c
             emu stat programs/c/mmap_edit.c             pages that became dirty (file_pages) and went to the disk (disk_kb)
   MAP_SHARED maps the page cache itself: a store makes the page dirty, msync waits until it is written. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *make_a_file(void) {
    static const char text[] = "The cat sat on the mat.\nThe cat saw the rat.\n";
    int fd = open("/tmp/poem", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, text, sizeof text - 1) < 0) return NULL;
    close(fd);
    return "/tmp/poem";
}

int main(int argc, char **argv) {
    const char *path = argc > 3 ? argv[1] : make_a_file();
    const char *old = argc > 3 ? argv[2] : "cat", *new = argc > 3 ? argv[3] : "dog";
    if (strlen(old) != strlen(new) || !*old) {
        fprintf(stderr, "%s and %s must be of the same length: a mapping doesn't grow\n", old, new);
        return 2;
    }
    int fd = path ? open(path, O_RDWR) : -1;
    struct stat info;
    if (fd < 0 || fstat(fd, &info) < 0 || !info.st_size) {
        perror(path);
        return 1;
    }
    char *text = mmap(NULL, info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (text == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    int changes = 0;
    size_t length = strlen(old);
    for (char *at = text; at + length <= text + info.st_size; at++)
        if (!memcmp(at, old, length)) memcpy(at, new, length), changes++;
    msync(text, info.st_size, MS_SYNC);
    munmap(text, info.st_size);
    char line[256];
    FILE *file = fopen(path, "r");
    while (fgets(line, sizeof line, file)) fputs(line, stdout);
    fclose(file);
    printf("%d changes\n", changes);
    return 0;
}
