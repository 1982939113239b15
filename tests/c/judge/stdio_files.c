/* Streams on files: modes, seeking, buffering, ungetc, errors, freopen, tmpfile, getline, rename, remove. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    FILE *file = fopen("judge.tmp", "w+");
    for (int i = 0; i < 1000; i++) fprintf(file, "line %d\n", i);
    printf("at %ld\n", ftell(file));
    rewind(file);
    char line[64];
    fseek(file, 100, SEEK_SET);
    printf("%s", fgets(line, sizeof line, file));
    fseek(file, -9, SEEK_END);
    printf("%s", fgets(line, sizeof line, file));
    printf("eof %d", feof(file) != 0);
    printf(" getc %d", getc(file));
    printf(" eof %d\n", feof(file) != 0);
    clearerr(file);
    rewind(file);
    int c = getc(file);
    ungetc('L', file);
    printf("%c %c %c\n", c, getc(file), getc(file));
    fclose(file);
    file = fopen("judge.tmp", "a");
    fputs("appended\n", file);
    fclose(file);
    file = fopen("judge.tmp", "r");
    char *text = NULL;
    size_t room = 0, longest = 0, lines = 0;
    ssize_t got, last = 0;
    while ((got = getline(&text, &room, file)) > 0) lines++, last = got, longest = (size_t)got > longest ? (size_t)got : longest;
    printf("%zu lines, longest %zu, last %zd: %s", lines, longest, last, text);
    free(text);
    printf("write to a reader: %d, ferror %d\n", fputc('x', file), ferror(file) != 0);
    fclose(file);
    printf("%d %d ", rename("judge.tmp", "judge2.tmp"), remove("judge.tmp"));
    printf("%s\n", strerror(errno));
    printf("no file: %d %s\n", fopen("nowhere/x", "r") == NULL, strerror(errno));
    file = tmpfile();
    setvbuf(file, NULL, _IOFBF, 16);
    fwrite("0123456789abcdefghij", 1, 20, file);
    fseek(file, 5, SEEK_SET);
    printf("%zu %.6s\n", fread(line, 2, 3, file), line);
    fclose(file);
    char *memory;
    size_t size;
    file = open_memstream(&memory, &size);
    fprintf(file, "in %s", "memory");
    fclose(file);
    printf("%s %zu\n", memory, size);
    free(memory);
    fflush(stdout);
    freopen("judge2.tmp", "w", stdout);
    puts("redirected");
    fclose(stdout);
    return access("judge2.tmp", R_OK);
}
