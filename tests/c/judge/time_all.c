/* time.h: calendar arithmetic, time zones, strftime, strptime, clocks that go forward, sleeping. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

int main(void) {
    const int64_t moments[] = {0, 951782400, 1709164800, -86400 * 365, 4102444799, 2147483648, 1000000000};
    char text[100];
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        time_t moment = (time_t)moments[i];
        struct tm *tm = gmtime(&moment);
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %b day %j week %U/%V %p %y", tm);
        printf("%s back %d\n", text, timegm(tm) == moment);
    }
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    for (int month = 1; month <= 12; month += 3) {
        struct tm tm = {.tm_year = 124, .tm_mon = month, .tm_mday = 31, .tm_hour = 12, .tm_isdst = -1};
        time_t made = mktime(&tm);
        strftime(text, sizeof text, "%c %Z %z", &tm);
        printf("%lld %s dst %d\n", (long long)made, text, tm.tm_isdst);
    }
    struct tm parsed = {0};
    char *rest = strptime("2024-02-29 23:59:58 tail", "%Y-%m-%d %H:%M:%S", &parsed);
    printf("%d %d %d %s, %s", parsed.tm_year, parsed.tm_mon, parsed.tm_mday, rest, asctime(&parsed));
    printf("difference %.1f\n", difftime((time_t)1000, (time_t)1));
    struct timespec before, after, nap = {0, 2000000};
    clock_gettime(CLOCK_MONOTONIC, &before);
    nanosleep(&nap, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long long slept = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
    clock_t used = clock();
    for (volatile int i = 0; i < 100000; i++) {}
    struct timeval now;
    gettimeofday(&now, NULL);
    printf("slept long enough %d, used more %d, after 2001 %d, same clock %d\n", slept >= 2000000, clock() >= used, now.tv_sec > 1000000000, llabs((long long)time(NULL) - now.tv_sec) <= 1);
    return 0;
}
