#include "curl_abi.h"

#include <dlfcn.h>
#include <pthread.h>

struct curl_functions curl;

static const char *problem;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
#ifdef __APPLE__
  const char *names[] = {"libcurl.4.dylib"};
#else
  const char *names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) {
    problem = "libcurl.so.4 is not installed (Debian and Ubuntu: libcurl4)";
    return;
  }
  struct {
    const char *name;
    void *place;
  } wanted[] = {
      {"curl_global_init", &curl.global_init},
      {"curl_easy_init", &curl.easy_init},
      {"curl_easy_setopt", &curl.easy_setopt},
      {"curl_easy_getinfo", &curl.easy_getinfo},
      {"curl_easy_cleanup", &curl.easy_cleanup},
      {"curl_easy_strerror", &curl.easy_strerror},
      {"curl_slist_append", &curl.slist_append},
      {"curl_slist_free_all", &curl.slist_free_all},
      {"curl_multi_init", &curl.multi_init},
      {"curl_multi_setopt", &curl.multi_setopt},
      {"curl_multi_add_handle", &curl.multi_add_handle},
      {"curl_multi_remove_handle", &curl.multi_remove_handle},
      {"curl_multi_perform", &curl.multi_perform},
      {"curl_multi_info_read", &curl.multi_info_read},
      {"curl_multi_poll", &curl.multi_poll},
      {"curl_multi_wakeup", &curl.multi_wakeup},
      {"curl_multi_cleanup", &curl.multi_cleanup},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    void *found = dlsym(library, wanted[i].name);
    if (found == NULL) {
      problem = "the system's libcurl is older than 7.68, of January 2020";
      return;
    }
    *(void **)wanted[i].place = found;
  }
  if (curl.global_init(CURL_GLOBAL_ALL) != 0) problem = "the system's libcurl cannot be initialised";
}

const char *load_curl(void) {
  pthread_once(&once, load);
  return problem;
}
