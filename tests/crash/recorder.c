// SPDX-License-Identifier: EUPL-1.2
//
// Put before libc (LD_PRELOAD) under a program of tests: writes down what the program does to the files of
// one folder, and makes single operations slow or fail. Read by tests/crash/lib/disk.py.
//
//     DISK_FOLDER     the folder, absolute; what lies elsewhere is left alone
//     DISK_LOG        file to write down into: records as `struct record`, then `length` bytes, then `more`
//     bytes DISK_SLOW_US    each fsync and fdatasync takes so much longer DISK_DEAF       fsync and fdatasync
//     of files whose name ends so say yes and do nothing DISK_FAIL       KIND:N:ERRNO:COUNT, KIND one of
//     write short sync open name: the N-th such operation (from 1), and
//                     the COUNT - 1 after it, fail with that number; "short" writes half of it instead
//     DISK_FULL       while this file is there, writes that make a file longer fail with ENOSPC
//
// Lines that begin with "ack " on standard output are written down as well, before they are written.
// What is mapped into memory is not seen: of SQLite's files that is the -shm, which it makes anew after a
// loss of power.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kFiles = 4096, kObjects = 65536 };

// `object`: which file, counted from 1; names may come and go. `at`: offset, new size, or the number of the
// beginning.
struct record {
  char type;  // N new file, W write, T size, B sync begins, S it is done, F it failed, R rename, L link, U
              // unlink, A ack, X made to fail
  char pad[3];
  uint32_t object;
  int64_t at;
  uint32_t length, more;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char folder[PATH_MAX];
static size_t folder_length;
static const char *deaf, *full;
static int log_fd = -1, fail_count, fail_errno;
static long slow_us, fail_at, seen;
static char fail_kind[16];
static int64_t records;
static uint32_t of_fd[kFiles];  // 0: none of ours
static char deaf_fd[kFiles];
static struct {
  ino_t inode;
  uint32_t object;
} known[kObjects];
static uint32_t objects;

static int (*real_open)(const char*, int, ...);
static int (*real_openat)(int, const char*, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void*, size_t);
static ssize_t (*real_pwrite)(int, const void*, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char*, const char*);
static int (*real_link)(const char*, const char*);
static int (*real_unlink)(const char*);

static void find(void* into, const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  memcpy(into, &found, sizeof found);
}

static void start(void) {
  find(&real_open, "open");
  find(&real_openat, "openat");
  find(&real_close, "close");
  find(&real_write, "write");
  find(&real_pwrite, "pwrite");
  find(&real_ftruncate, "ftruncate");
  find(&real_fsync, "fsync");
  find(&real_fdatasync, "fdatasync");
  find(&real_rename, "rename");
  find(&real_link, "link");
  find(&real_unlink, "unlink");
  const char *where = getenv("DISK_FOLDER"), *log = getenv("DISK_LOG"), *slow = getenv("DISK_SLOW_US"),
             *fail = getenv("DISK_FAIL");
  if (where != NULL && strlen(where) < sizeof folder) strcpy(folder, where);
  folder_length = strlen(folder);
  deaf = getenv("DISK_DEAF");
  full = getenv("DISK_FULL");
  if (slow != NULL) slow_us = atol(slow);
  if (fail != NULL && sscanf(fail, "%15[a-z]:%ld:%d:%d", fail_kind, &fail_at, &fail_errno, &fail_count) != 4)
    abort();
  if (log != NULL && (log_fd = real_open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) < 0)
    abort();
}

static void begin(void) { pthread_once(&once, start); }

static int64_t note(char type, uint32_t object, int64_t at, const void* bytes, size_t length,
                    const void* more, size_t more_length) {
  if (log_fd < 0) return 0;
  const struct record head = {type, {0}, object, at, (uint32_t)length, (uint32_t)more_length};
  const struct iovec parts[3] = {{(void*)(uintptr_t)&head, sizeof head},
                                 {(void*)(uintptr_t)bytes, length},
                                 {(void*)(uintptr_t)more, more_length}};
  if (writev(log_fd, parts, 3) != (ssize_t)(sizeof head + length + more_length)) abort();
  return records++;
}

static int is_ours(const char* path) {
  return folder_length > 0 && strncmp(path, folder, folder_length) == 0 &&
         (path[folder_length] == '/' || path[folder_length] == '\0');
}

static uint32_t object_of(int fd) { return fd >= 0 && fd < kFiles ? of_fd[fd] : 0; }

// Whether this operation is one of those that shall fail. With the mutex.
static int fails(const char* kind) {
  if (fail_at == 0 || strcmp(kind, fail_kind) != 0) return 0;
  ++seen;
  if (seen < fail_at || seen >= fail_at + fail_count) return 0;
  note('X', 0, seen, NULL, 0, NULL, 0);
  return 1;
}

static int is_full(int fd, off_t end) {
  struct stat about;
  return full != NULL && access(full, F_OK) == 0 && fstat(fd, &about) == 0 && end > about.st_size;
}

static void opened(int fd, const char* path, int created, int flags) {
  struct stat about;
  if (fd >= kFiles || fstat(fd, &about) != 0) abort();
  uint32_t object = 0;
  // The newest: numbers of inodes that are gone are used again.
  for (uint32_t i = objects; i > 0 && object == 0 && !created; --i)
    if (known[i - 1].inode == about.st_ino) object = known[i - 1].object;
  if (object == 0) {
    if (objects == kObjects) abort();
    known[objects].inode = about.st_ino;
    known[objects].object = object = objects + 1;
    ++objects;
    // A folder, or a file that was there before: it is known by its name, too.
    note('N', object, S_ISDIR(about.st_mode) ? 2 : created, path, strlen(path), NULL, 0);
  }
  if ((flags & O_TRUNC) != 0 && !created) note('T', object, 0, NULL, 0, NULL, 0);
  of_fd[fd] = object;
  const size_t length = strlen(path), tail = deaf == NULL ? 0 : strlen(deaf);
  deaf_fd[fd] = tail > 0 && length >= tail && strcmp(path + length - tail, deaf) == 0;
}

static int open_at(int at, const char* path, int flags, mode_t mode) {
  begin();
  char whole[PATH_MAX];
  if (path[0] != '/' && at == AT_FDCWD && folder_length > 0 && getcwd(whole, sizeof whole) != NULL &&
      strlen(whole) + strlen(path) + 2 < sizeof whole) {
    strcat(strcat(whole, "/"), path);
    path = whole;
  }
  if (!is_ours(path))
    return at == AT_FDCWD ? real_open(path, flags, mode) : real_openat(at, path, flags, mode);
  pthread_mutex_lock(&mutex);
  int fd = -1;
  const int fresh = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
  if (fails("open"))
    errno = fail_errno;
  else if ((fd = real_open(path, flags, mode)) >= 0)
    opened(fd, path, fresh, flags);
  const int error = errno;
  pthread_mutex_unlock(&mutex);
  errno = error;
  return fd;
}

#define MODE_OF(flags)                          \
  mode_t mode = 0;                              \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list more;                               \
    va_start(more, flags);                      \
    mode = (mode_t)va_arg(more, int);           \
    va_end(more);                               \
  }

int open(const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_at(at, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_at(at, path, flags, mode);
}

int close(int fd) {
  begin();
  pthread_mutex_lock(&mutex);
  if (fd >= 0 && fd < kFiles) of_fd[fd] = 0;
  pthread_mutex_unlock(&mutex);
  return real_close(fd);
}

static ssize_t write_at(int fd, const void* bytes, size_t size, off_t at) {
  const uint32_t object = object_of(fd);
  pthread_mutex_lock(&mutex);
  ssize_t done = -1;
  off_t place = at;
  struct stat about;
  if (at < 0)
    place = (fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &about) == 0 ? about.st_size
                                                                           : lseek(fd, 0, SEEK_CUR);
  if (fails("write")) {
    errno = fail_errno;
  } else if (is_full(fd, place + (off_t)size)) {
    errno = ENOSPC;
  } else {
    if (size > 1 && fails("short")) size /= 2;
    done = at < 0 ? real_write(fd, bytes, size) : real_pwrite(fd, bytes, size, at);
    if (done > 0) note('W', object, place, bytes, (size_t)done, NULL, 0);
  }
  const int error = errno;
  pthread_mutex_unlock(&mutex);
  errno = error;
  return done;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  begin();
  if (object_of(fd) != 0) return write_at(fd, bytes, size, -1);
  if (fd == STDOUT_FILENO && size > 4 && memcmp(bytes, "ack ", 4) == 0) {
    pthread_mutex_lock(&mutex);
    note('A', 0, 0, bytes, size, NULL, 0);
    pthread_mutex_unlock(&mutex);
  }
  return real_write(fd, bytes, size);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  begin();
  return object_of(fd) != 0 ? write_at(fd, bytes, size, at) : real_pwrite(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) { return pwrite(fd, bytes, size, at); }

int ftruncate(int fd, off_t size) {
  begin();
  if (object_of(fd) == 0) return real_ftruncate(fd, size);
  pthread_mutex_lock(&mutex);
  const int failed = fails("write");
  const int code = failed ? -1 : real_ftruncate(fd, size);
  const int error = failed ? fail_errno : errno;
  if (code == 0) note('T', of_fd[fd], size, NULL, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return code;
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

// What was written before it begins is durable when it is done; what came meanwhile is not.
static int sync_file(int fd, int (*how)(int)) {
  const uint32_t object = object_of(fd);
  if (object == 0) return how(fd);
  if (deaf_fd[fd]) return 0;
  pthread_mutex_lock(&mutex);
  const int failed = fails("sync");
  const int64_t began = note('B', object, 0, NULL, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  if (slow_us > 0) usleep((useconds_t)slow_us);
  const int code = failed ? -1 : how(fd);
  const int error = failed ? fail_errno : errno;
  pthread_mutex_lock(&mutex);
  note(code == 0 ? 'S' : 'F', object, began, NULL, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return code;
}
int fsync(int fd) {
  begin();
  return sync_file(fd, real_fsync);
}
int fdatasync(int fd) {
  begin();
  return sync_file(fd, real_fdatasync);
}

static int named(char type, const char* one, const char* other) {
  pthread_mutex_lock(&mutex);
  const int failed = fails("name");
  int code = -1;
  if (!failed)
    code = type == 'R' ? real_rename(one, other) : type == 'L' ? real_link(one, other) : real_unlink(one);
  const int error = failed ? fail_errno : errno;
  if (code == 0) note(type, 0, 0, one, strlen(one), other, other == NULL ? 0 : strlen(other));
  pthread_mutex_unlock(&mutex);
  errno = error;
  return code;
}
int rename(const char* from, const char* to) {
  begin();
  return is_ours(to) ? named('R', from, to) : real_rename(from, to);
}
int link(const char* from, const char* to) {
  begin();
  return is_ours(to) ? named('L', from, to) : real_link(from, to);
}
int unlink(const char* path) {
  begin();
  return is_ours(path) ? named('U', path, NULL) : real_unlink(path);
}
