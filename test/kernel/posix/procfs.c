/* /proc of a process with several threads: what is there of each, by whoever reads it. */
#define _GNU_SOURCE
#include "tell.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 3
#define tell(...) (printf(__VA_ARGS__), puts(""))

static pthread_barrier_t begun, over;
static pid_t ids[THREADS];

static void *wait_named(void *argument) {
  int index = *(int *)argument;
  char name[16];
  snprintf(name, sizeof name, "worker-%d", index);
  prctl(PR_SET_NAME, name);
  ids[index] = syscall(SYS_gettid);
  pthread_barrier_wait(&begun);
  pthread_barrier_wait(&over);
  return NULL;
}

static int read_file(const char *path, char *into, size_t size) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  size_t length = 0;
  for (ssize_t count; length < size - 1 && (count = read(fd, into + length, size - 1 - length)) > 0;) length += count;
  close(fd);
  into[length] = 0;
  return length;
}

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/** Names that are numbers, in order; how many. */
static int numbers(const char *path, int *into, int size) {
  DIR *directory = opendir(path);
  if (!directory) return -1;
  int count = 0;
  for (struct dirent *entry; (entry = readdir(directory));)
    if (entry->d_name[0] != '.' && count < size) into[count++] = atoi(entry->d_name);
  closedir(directory);
  qsort(into, count, sizeof *into, by_number);
  return count;
}

static void line(const char *text, const char *name) {
  const char *at = strstr(text, name);
  if (at) tell("  %.*s", (int)strcspn(at, "\n"), at);
  else tell("  %s: missing", name);
}

static int value(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at ? atoi(at + strlen(name)) : -1;
}

static void threads(void) {
  pthread_t made[THREADS];
  int indices[THREADS];
  char path[PATH_MAX], text[8192];
  pthread_barrier_init(&begun, NULL, THREADS + 1);
  pthread_barrier_init(&over, NULL, THREADS + 1);
  for (int i = 0; i < THREADS; i++) {
    indices[i] = i;
    pthread_create(&made[i], NULL, wait_named, &indices[i]);
  }
  pthread_barrier_wait(&begun);
  int found[16];
  int count = numbers("/proc/self/task", found, 16);
  tell("threads listed: %d, the first is the process: %d", count, found[0] == getpid());
  struct stat status;
  tell("links of task: %s", stat("/proc/self/task", &status) ? "error" : status.st_nlink == 2 + THREADS + 1 ? "one each" : "others");
  for (int i = 0; i < THREADS; i++) {
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", ids[i]);
    read_file(path, text, sizeof text);
    tell("comm of %d: %s", i, strtok(text, "\n"));
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", getpid(), ids[i]);
    read_file(path, text, sizeof text);
    line(text, "Name:");
    line(text, "Threads:");
    tell("  Tgid is the process: %d, Pid the thread: %d", value(text, "Tgid:") == getpid(), value(text, "\nPid:") == ids[i]);
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", ids[i]);
    read_file(path, text, sizeof text);
    char *name = strchr(text, '(');
    tell("  stat: %d %.*s", atoi(text) == ids[i], (int)(strchr(text, ')') - name) + 1, name);
    snprintf(path, sizeof path, "/proc/self/task/%d/cwd", ids[i]);
    ssize_t length = readlink(path, text, sizeof text - 1);
    char here[PATH_MAX];
    tell("  cwd: %d", length > 0 && getcwd(here, sizeof here) && !strncmp(text, here, length));
  }
  read_file("/proc/self/status", text, sizeof text);
  line(text, "Threads:");
  ssize_t length = readlink("/proc/thread-self", text, sizeof text - 1);
  snprintf(path, sizeof path, "%d/task/%d", getpid(), getpid());
  tell("thread-self: %d", length > 0 && !strncmp(text, path, length));
  TELL(open("/proc/self/task/1/comm", O_RDONLY));
  TELL(mkdir("/proc/self/task/77777", 0755));
  TELL(stat("/proc/self/task/../comm/x", &status));
  int held = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
  snprintf(path, sizeof path, "%d/comm", ids[1]);
  int kept = openat(held, path, O_RDONLY);
  tell("kept open: %d", kept >= 0);
  pthread_barrier_wait(&over);
  for (int i = 0; i < THREADS; i++) pthread_join(made[i], NULL);
  close(kept);
  close(held);
}

static void machine(void) {
  char text[4096];
  double one, five, fifteen;
  int running, all, last;
  read_file("/proc/loadavg", text, sizeof text);
  tell("loadavg: %d fields", sscanf(text, "%lf %lf %lf %d/%d %d", &one, &five, &fifteen, &running, &all, &last));
  tell("  runs: %d, of at least as many: %d, a pid: %d", running >= 1, all >= running, last >= 1);
  struct sysinfo info;
  sysinfo(&info);
  double told = info.loads[0] / 65536.0;
  tell("  sysinfo agrees: %d", told > one - 0.5 && told < one + 0.5);
}

/** A root of its own, told by another process. */
static void root_link(void) {
  char path[64], text[PATH_MAX];
  ssize_t length = readlink("/proc/self/root", text, sizeof text);
  tell("root: %.*s", (int)length, text);
  struct stat here, there;
  stat("/", &here);
  stat("/proc/self/root", &there);
  tell("the same: %d", here.st_ino == there.st_ino);
  int gate[2], told[2];
  pipe(gate);
  pipe(told);
  pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    mkdir("cell", 0755);
    int left = chroot("cell");
    write(told[1], &byte, 1);
    read(gate[0], &byte, 1);
    _exit(left ? 1 : 0);
  }
  char byte;
  read(told[0], &byte, 1);
  snprintf(path, sizeof path, "/proc/%d/root", child);
  struct stat cell;
  stat("cell", &cell);
  tell("root of a child: %d", stat(path, &there) == 0 && there.st_ino == cell.st_ino);
  write(gate[1], &byte, 1);
  int status;
  waitpid(child, &status, 0);
  tell("left: %d", WEXITSTATUS(status));
  rmdir("cell");
}

/** Where a process is hears its owner, and who may do all. */
static void links_of_others(void) {
  static const char *const links[] = {"cwd", "root", "exe"};
  char path[64], text[PATH_MAX];
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    pid_t parent = getppid();
    if (setuid(1000)) _exit(1);
    for (int i = 0; i < 3; i++) {
      snprintf(path, sizeof path, "/proc/%d/%s", parent, links[i]);
      TELL(readlink(path, text, sizeof text) > 0 ? 0 : -1);
      TELL(open(path, O_RDONLY) >= 0 ? 0 : -1);
      snprintf(path, sizeof path, "/proc/self/%s", links[i]);
      TELL(readlink(path, text, sizeof text) > 0 ? 0 : -1);
    }
    fflush(stdout);
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

int main(void) {
  threads();
  machine();
  root_link();
  links_of_others();
  return 0;
}
