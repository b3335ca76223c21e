#include "CMappings.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What the handler reads: it may not wait for a lock, nor allocate.
enum { MOST_MAPPINGS = 1 << 16 };

typedef struct {
  _Atomic uintptr_t start;  // 0 where the place is free
  _Atomic size_t length;
  atomic_int torn;
} mapping_t;

static mapping_t mappings[MOST_MAPPINGS];
static atomic_int used;  // places that were ever taken
static pthread_mutex_t registering = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t page_mask;

static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

static void on_bus_error(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number;
  (void)context;
  uintptr_t address = (uintptr_t)info->si_addr;
  int count = atomic_load_explicit(&used, memory_order_acquire);
  for (int i = 0; i < count; i++) {
    uintptr_t start = atomic_load_explicit(&mappings[i].start, memory_order_acquire);
    size_t length = atomic_load_explicit(&mappings[i].length, memory_order_acquire);
    if (start == 0 || address < start || address - start >= length) continue;
    atomic_store_explicit(&mappings[i].torn, 1, memory_order_release);
    // Everything behind a cut is gone, and whoever reads on would come here once a page.
    uintptr_t page = address & page_mask;
    void *zeros = mmap((void *)page, start + length - page, PROT_READ,
                       MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeros != MAP_FAILED) return;
    break;
  }
  // SQLite's shared memory, a library, or the program itself.
  say("holdfast: error: a file in use was cut short, or its disk failed; run it again once nothing writes there\n");
  _exit(2);
}

static void listen_for_bus_errors(void) {
  page_mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}

int hf_mapping_register(const void *start, size_t length) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, listen_for_bus_errors);
  pthread_mutex_lock(&registering);
  int count = atomic_load_explicit(&used, memory_order_relaxed);
  int place = 0;
  while (place < count && atomic_load_explicit(&mappings[place].start, memory_order_relaxed) != 0) place++;
  if (place == MOST_MAPPINGS) {
    pthread_mutex_unlock(&registering);
    return -1;
  }
  atomic_store_explicit(&mappings[place].torn, 0, memory_order_relaxed);
  atomic_store_explicit(&mappings[place].length, length, memory_order_relaxed);
  atomic_store_explicit(&mappings[place].start, (uintptr_t)start, memory_order_release);
  if (place == count) atomic_store_explicit(&used, count + 1, memory_order_release);
  pthread_mutex_unlock(&registering);
  return place;
}

void hf_mapping_release(int mapping) {
  if (mapping < 0 || mapping >= MOST_MAPPINGS) return;
  pthread_mutex_lock(&registering);
  atomic_store_explicit(&mappings[mapping].start, 0, memory_order_release);
  pthread_mutex_unlock(&registering);
}

int hf_mapping_is_torn(int mapping) {
  return mapping >= 0 && mapping < MOST_MAPPINGS && atomic_load_explicit(&mappings[mapping].torn, memory_order_acquire);
}
