/*
 * Makes the disk fail on demand, for tests: loaded before libc, it reads words from the file
 * named by DISK_FAULT and affects only the database's files.
 *   eio     fsync and fdatasync fail with EIO
 *   unread  reads fail with EIO
 *   hiccup  the first two reads of the database itself fail, and later ones succeed
 *   enospc  writes fail with ENOSPC
 *   slow    each fsync takes 200 ms longer
 *   hang    each fsync takes a minute longer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fault(int fd, const char *word) {
  const char *control = getenv("DISK_FAULT");
  if (!control) return 0;
  int file = open(control, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[64] = {0};
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0 || !strstr(text, word)) return 0;
  char link[64], path[4096] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (readlink(link, path, sizeof path - 1) <= 0) return 0;
  return strstr(path, ".db") != NULL;
}

static int sync_with(const char *name, int fd) {
  if (fault(fd, "slow")) usleep(200 * 1000);
  if (fault(fd, "hang")) sleep(60);
  if (fault(fd, "eio")) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }

#define WRITE(name, offset_type)                                                     \
  ssize_t name(int fd, const void *data, size_t size, offset_type offset) {          \
    if (fault(fd, "enospc")) {                                                       \
      errno = ENOSPC;                                                                \
      return -1;                                                                     \
    }                                                                                \
    ssize_t (*real)(int, const void *, size_t, offset_type) =                        \
        (ssize_t(*)(int, const void *, size_t, offset_type))dlsym(RTLD_NEXT, #name); \
    return real(fd, data, size, offset);                                             \
  }

/* Only for the database itself: its lock is read before, and retried as often. */
static int hiccup(int fd) {
  static int hiccups;
  char link[64], path[4096] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (readlink(link, path, sizeof path - 1) <= 3) return 0;
  return strcmp(path + strlen(path) - 3, ".db") == 0 && fault(fd, "hiccup") && hiccups++ < 2;
}

#define READ(name, offset_type)                                                      \
  ssize_t name(int fd, void *data, size_t size, offset_type offset) {                \
    if (fault(fd, "unread") || hiccup(fd)) {                                         \
      errno = EIO;                                                                   \
      return -1;                                                                     \
    }                                                                                \
    ssize_t (*real)(int, void *, size_t, offset_type) =                              \
        (ssize_t(*)(int, void *, size_t, offset_type))dlsym(RTLD_NEXT, #name);       \
    return real(fd, data, size, offset);                                             \
  }
READ(pread, off_t)
READ(pread64, off64_t)
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)
