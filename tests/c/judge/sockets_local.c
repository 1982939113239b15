/* Local sockets: pairs, a server with two clients, datagrams with addresses, descriptors under way, shutdown, poll. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_un name_of(const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    strcpy(name.sun_path, path);
    return name;
}

static void client(int number) {
    struct sockaddr_un name = name_of("server");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char text[64];
    connect(fd, (struct sockaddr *)&name, sizeof name);
    snprintf(text, sizeof text, "client %d", number);
    send(fd, text, strlen(text), 0);
    shutdown(fd, SHUT_WR);
    ssize_t got = recv(fd, text, sizeof text, MSG_WAITALL);
    printf("%.*s\n", (int)got, text);
    fflush(stdout);
    _exit(0);
}

static void pass_descriptor(void) {
    int pair[2], fd = open("passed", O_RDWR | O_CREAT | O_TRUNC, 0600);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    if (!fork()) {
        char byte, room[CMSG_SPACE(sizeof(int))];
        struct iovec iov = {&byte, 1};
        struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
        recvmsg(pair[1], &message, 0);
        int got;
        memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
        _exit(write(got, "by the child", 12) != 12);
    }
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec iov = {"x", 1};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_len = CMSG_LEN(sizeof fd), control->cmsg_level = SOL_SOCKET, control->cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(control), &fd, sizeof fd);
    sendmsg(pair[0], &message, 0);
    wait(NULL);
    char text[20] = "";
    pread(fd, text, sizeof text - 1, 0);
    printf("written %s\n", text);
}

int main(void) {
    int pair[2];
    char text[100];
    unlink("server"), unlink("a"), unlink("b");
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    write(pair[0], "hello ", 6), write(pair[0], "pair", 4);
    printf("%d ", (int)recv(pair[1], text, 3, MSG_PEEK));
    printf("%d %.10s\n", (int)read(pair[1], text, sizeof text), text);
    struct pollfd waiting = {pair[1], POLLIN | POLLOUT, 0};
    poll(&waiting, 1, 0);
    printf("poll %x", waiting.revents);
    close(pair[0]);
    poll(&waiting, 1, 0);
    printf(" %x end %d\n", waiting.revents & (POLLIN | POLLHUP), (int)read(pair[1], text, 1));
    struct sockaddr_un server = name_of("server");
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    printf("bind %d", bind(listener, (struct sockaddr *)&server, sizeof server));
    printf(" again %d %s\n", bind(listener, (struct sockaddr *)&server, sizeof server), strerror(errno));
    listen(listener, 5);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        if (!fork()) client(i);
        int fd = accept(listener, NULL, NULL);
        ssize_t length = 0, got;
        while ((got = read(fd, text + length, sizeof text - length)) > 0) length += got;
        dprintf(fd, "served %.*s", (int)length, text);
        close(fd);
        wait(NULL);
    }
    struct sockaddr_un a = name_of("a"), b = name_of("b"), from;
    int one = socket(AF_UNIX, SOCK_DGRAM, 0), two = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(one, (struct sockaddr *)&a, sizeof a), bind(two, (struct sockaddr *)&b, sizeof b);
    sendto(one, "datagram", 8, 0, (struct sockaddr *)&b, sizeof b);
    socklen_t size = sizeof from;
    ssize_t got = recvfrom(two, text, 4, MSG_TRUNC, (struct sockaddr *)&from, &size);
    printf("%d from %s %.4s\n", (int)got, from.sun_path, text);
    pass_descriptor();
    printf("nobody: %d %s", connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&b, sizeof b), strerror(errno));
    size = sizeof got;
    int kind = 0;
    getsockopt(one, SOL_SOCKET, SO_TYPE, &kind, &(socklen_t){sizeof kind});
    printf(", type %d\n", kind == SOCK_DGRAM);
    return 0;
}
