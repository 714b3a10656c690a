/*
 * Loaded before libc, kills the process like a power cut, just before the KILL_AT-th call
 * that makes something durable or changes a name. Only calls on the database's files and
 * their folder count.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int calls;

static void count(const char *path) {
  const char *folder = getenv("KILL_IN");
  const char *at = getenv("KILL_AT");
  if (!folder || !at || !strstr(path, folder)) return;
  if (++calls == atoi(at)) kill(getpid(), SIGKILL);
}

static void count_fd(int fd) {
  char link[64], path[4096] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (readlink(link, path, sizeof path - 1) > 0) count(path);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

int fsync(int fd) {
  count_fd(fd);
  return REAL(int, fsync, int)(fd);
}
int fdatasync(int fd) {
  count_fd(fd);
  return REAL(int, fdatasync, int)(fd);
}
int ftruncate64(int fd, off64_t size) {
  count_fd(fd);
  return REAL(int, ftruncate64, int, off64_t)(fd, size);
}
int rename(const char *from, const char *to) {
  count(to);
  return REAL(int, rename, const char *, const char *)(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  count(to);
  return REAL(int, renameat, int, const char *, int, const char *)(a, from, b, to);
}
int link(const char *from, const char *to) {
  count(to);
  return REAL(int, link, const char *, const char *)(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
  count(to);
  return REAL(int, linkat, int, const char *, int, const char *, int)(a, from, b, to, flags);
}
int unlink(const char *path) {
  count(path);
  return REAL(int, unlink, const char *)(path);
}
int unlinkat(int fd, const char *path, int flags) {
  count(path);
  return REAL(int, unlinkat, int, const char *, int)(fd, path, flags);
}
