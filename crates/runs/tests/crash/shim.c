/* A file system as others have it: loaded before the C library, it makes calls fail as the
   environment says, and passes on the rest to the kernel. Errors are given by their numbers.

   SHIM_LOCK=E               files can't be locked
   SHIM_OPEN_FOLDER=E        folders can't be opened
   SHIM_SYNC_FOLDER=E        folders can't be written out
   SHIM_SYNC_FILE=E          files can't be written out
   SHIM_READ_ONLY=FOLDER     nothing below it can be changed
   SHIM_ROOM=FOLDER:N:E      once N bytes are written to files below it, writing fails; the last
                             write before that is cut short, as the kernel does it
   SHIM_WORDS=N:E            the same for standard error */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(int error) { errno = error; return -1; }

static int number(const char *name) {
    const char *text = getenv(name);
    return text ? atoi(text) : 0;
}

static int below(const char *path, const char *folder, size_t length) {
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int is_folder(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

static int read_only(const char *path) {
    const char *folder = getenv("SHIM_READ_ONLY");
    return folder && below(path, folder, strlen(folder));
}

static int open_at(const char *path, int flags, mode_t mode) {
    int folder_error = number("SHIM_OPEN_FOLDER");
    struct stat found;
    if (folder_error && stat(path, &found) == 0 && S_ISDIR(found.st_mode)) return fail(folder_error);
    if (read_only(path) && (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))) return fail(EROFS);
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        return open_at(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode) {
    return read_only(path) ? fail(EROFS) : syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int unlink(const char *path) {
    return read_only(path) ? fail(EROFS) : syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int flock(int fd, int operation) {
    int error = number("SHIM_LOCK");
    return error ? fail(error) : syscall(SYS_flock, fd, operation);
}

static int sync_error(int fd) {
    return number(is_folder(fd) ? "SHIM_SYNC_FOLDER" : "SHIM_SYNC_FILE");
}

int fsync(int fd) {
    int error = sync_error(fd);
    return error ? fail(error) : syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    int error = sync_error(fd);
    return error ? fail(error) : syscall(SYS_fdatasync, fd);
}

/* The limit that a descriptor is under, as "N:E", and what was written under it. */
static const char *limit(int fd, long long **written) {
    static long long words, room;
    if (fd == 2) {
        *written = &words;
        return getenv("SHIM_WORDS");
    }
    const char *text = getenv("SHIM_ROOM");
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!colon) return NULL;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    *written = &room;
    return below(path, text, colon - text) ? colon + 1 : NULL;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    long long *written;
    const char *text = limit(fd, &written);
    if (!text) return syscall(SYS_write, fd, bytes, count);
    char *colon;
    long long left = strtoll(text, &colon, 10) - *written;
    if (left <= 0 && count > 0) return fail(atoi(colon + 1));
    ssize_t done = syscall(SYS_write, fd, bytes, count < (size_t)left ? count : (size_t)left);
    if (done > 0) *written += done;
    return done;
}
