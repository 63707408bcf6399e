// Injects faults into the system calls that change files below one folder. Loaded with LD_PRELOAD; `faults_arm` sets
// the fault, and calls are counted from then on. Nothing is synced to disk, as no test cuts the power.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum Mode { kCount, kKill, kKillHalfway, kFailOnce, kFailForever, kShort };
enum { kMaxDescriptors = 4096, kMaxCalls = 8192 };

static char folder[4096];
static size_t folder_length;
static enum Mode mode;
static int target, error_number, calls;
static char trace[kMaxCalls + 1];
static unsigned char is_tracked[kMaxDescriptors];

// Starts counting, and sets what happens at a call. `trace` gets a letter per call.
void faults_arm(const char *path, int new_mode, int call, int number) {
  strncpy(folder, path, sizeof folder - 1);
  memset(is_tracked, 0, sizeof is_tracked);
  memset(trace, 0, sizeof trace);
  mode = new_mode;
  target = call;
  error_number = number;
  calls = 0;
  folder_length = strlen(folder);
}

void faults_disarm(void) { folder_length = 0; }
const char *faults_trace(void) { return trace; }

static int is_below(const char *path) {
  return folder_length > 0 && path != NULL && strncmp(path, folder, folder_length) == 0;
}

static int is_ours(int descriptor) {
  return folder_length > 0 && descriptor >= 0 && descriptor < kMaxDescriptors && is_tracked[descriptor];
}

// Counts a call; returns whether it must fail. A full disk refuses what needs space, not what frees it.
static int fails(char letter, int needs_space) {
  const int call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
  if (call <= kMaxCalls) trace[call - 1] = letter;
  if (call == target && (mode == kKill || (mode == kKillHalfway && letter != 'w'))) kill(getpid(), SIGKILL);
  if ((mode == kFailOnce && call == target) || (mode == kFailForever && call >= target && needs_space)) {
    errno = error_number;
    return 1;
  }
  return 0;
}

#define REAL(result, name, ...)                                             \
  static result (*real)(__VA_ARGS__);                                       \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int is_counted_open(const char *path, int flags) {
  struct stat status;
  if (!is_below(path)) return 0;
  if (flags & (O_CREAT | O_WRONLY | O_RDWR)) return 1;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int opened(int descriptor, int is_counted) {
  if (descriptor >= 0 && descriptor < kMaxDescriptors) is_tracked[descriptor] = is_counted;
  return descriptor;
}

static mode_t mode_argument(int flags, va_list arguments) {
  return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                          \
  int name(const char *path, int flags, ...) {                              \
    REAL(int, #name, const char *, int, mode_t);                            \
    va_list arguments;                                                      \
    va_start(arguments, flags);                                             \
    const mode_t permissions = mode_argument(flags, arguments);             \
    va_end(arguments);                                                      \
    const int is_counted = is_counted_open(path, flags);                    \
    if (is_counted && fails('o', (flags & O_CREAT) != 0)) return -1;        \
    return opened(real(path, flags, permissions), is_counted);              \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                        \
  int name(int base, const char *path, int flags, ...) {                    \
    REAL(int, #name, int, const char *, int, mode_t);                       \
    va_list arguments;                                                      \
    va_start(arguments, flags);                                             \
    const mode_t permissions = mode_argument(flags, arguments);             \
    va_end(arguments);                                                      \
    const int is_counted = is_counted_open(path, flags);                    \
    if (is_counted && fails('o', (flags & O_CREAT) != 0)) return -1;        \
    return opened(real(base, path, flags, permissions), is_counted);        \
  }
OPENAT(openat)
OPENAT(openat64)

// Returns the number of bytes to write, or -1 if the call fails. The process ends within a call that it dies in.
static ssize_t bytes_to_write(size_t size) {
  if (fails('w', 1)) return -1;
  const int dies = mode == kKillHalfway && calls == target;
  return (mode == kShort || dies) && size > 1 ? (ssize_t)(size / 2) : (ssize_t)size;
}

static ssize_t written(ssize_t size) {
  if (mode == kKillHalfway && calls == target) kill(getpid(), SIGKILL);
  return size;
}

ssize_t write(int descriptor, const void *data, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (!is_ours(descriptor)) return real(descriptor, data, size);
  const ssize_t part = bytes_to_write(size);
  return part < 0 ? -1 : written(real(descriptor, data, part));
}

#define PWRITE(name, offset_type)                                           \
  ssize_t name(int descriptor, const void *data, size_t size, offset_type at) { \
    REAL(ssize_t, #name, int, const void *, size_t, offset_type);           \
    if (!is_ours(descriptor)) return real(descriptor, data, size, at);      \
    const ssize_t part = bytes_to_write(size);                              \
    return part < 0 ? -1 : written(real(descriptor, data, part, at));       \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ON_DESCRIPTOR(name, letter, needs_space, action)                    \
  int name(int descriptor) {                                                \
    REAL(int, #name, int);                                                  \
    if (!is_ours(descriptor)) return real(descriptor);                      \
    return fails(letter, needs_space) ? -1 : (action);                      \
  }
ON_DESCRIPTOR(fsync, 's', 1, 0)
ON_DESCRIPTOR(fdatasync, 's', 1, 0)

int close(int descriptor) {
  REAL(int, "close", int);
  if (!is_ours(descriptor)) return real(descriptor);
  const int has_failed = fails('c', 0);
  const int number = errno;
  is_tracked[descriptor] = 0;
  const int result = real(descriptor);  // as Linux does even if it reports an error
  if (!has_failed) return result;
  errno = number;
  return -1;
}

#define TRUNCATE(name, offset_type)                                         \
  int name(int descriptor, offset_type size) {                              \
    REAL(int, #name, int, offset_type);                                     \
    if (!is_ours(descriptor)) return real(descriptor, size);                \
    return fails('t', 0) ? -1 : real(descriptor, size);                     \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int fchmod(int descriptor, mode_t permissions) {
  REAL(int, "fchmod", int, mode_t);
  if (!is_ours(descriptor)) return real(descriptor, permissions);
  return fails('h', 0) ? -1 : real(descriptor, permissions);
}

#define ON_PATH(name, letter, needs_space, parameters, arguments, ...)      \
  int name parameters {                                                     \
    REAL(int, #name, __VA_ARGS__);                                          \
    if (is_below(path) && fails(letter, needs_space)) return -1;            \
    return real arguments;                                                  \
  }
ON_PATH(rename, 'r', 1, (const char *path, const char *to), (path, to), const char *, const char *)
ON_PATH(link, 'l', 1, (const char *path, const char *to), (path, to), const char *, const char *)
ON_PATH(unlink, 'u', 0, (const char *path), (path), const char *)
ON_PATH(rmdir, 'd', 0, (const char *path), (path), const char *)
ON_PATH(mkdir, 'm', 1, (const char *path, mode_t permissions), (path, permissions), const char *, mode_t)
ON_PATH(renameat, 'r', 1, (int base, const char *path, int base_to, const char *to), (base, path, base_to, to), int,
        const char *, int, const char *)
ON_PATH(unlinkat, 'u', 0, (int base, const char *path, int flags), (base, path, flags), int, const char *, int)
ON_PATH(mkdirat, 'm', 1, (int base, const char *path, mode_t permissions), (base, path, permissions), int,
        const char *, mode_t)
