#ifndef HOLDFAST_CURL_ABI_H
#define HOLDFAST_CURL_ABI_H

#include <stddef.h>
#include <stdint.h>

// What is used of libcurl.so.4, whose binary interface has been the same since 2006: names, numbers and forms as curl/curl.h and
// curl/multi.h have them. Declared here so that neither its headers nor the library are needed to build.

enum {
  CURLOPT_WRITEDATA = 10001,
  CURLOPT_URL = 10002,
  CURLOPT_ERRORBUFFER = 10010,
  CURLOPT_POSTFIELDS = 10015,
  CURLOPT_HTTPHEADER = 10023,
  CURLOPT_HEADERDATA = 10029,
  CURLOPT_CAINFO = 10065,
  CURLOPT_PRIVATE = 10103,
  CURLOPT_WRITEFUNCTION = 20011,
  CURLOPT_HEADERFUNCTION = 20079,
  CURLOPT_POSTFIELDSIZE_LARGE = 30120,
  CURLOPT_POST = 47,
  CURLOPT_FOLLOWLOCATION = 52,
  CURLOPT_CONNECTTIMEOUT = 78,
  CURLOPT_HTTP_VERSION = 84,
  CURLOPT_NOSIGNAL = 99,
  CURLOPT_PROTOCOLS = 181,
  CURLOPT_TCP_KEEPALIVE = 213,
  CURLMOPT_MAXCONNECTS = 6,
  CURLMOPT_MAX_TOTAL_CONNECTIONS = 13,
  CURLINFO_RESPONSE_CODE = 0x200000 + 2,
  CURLINFO_PRIVATE = 0x100000 + 21,
  CURLMSG_DONE = 1,
  CURL_ERROR_SIZE = 256,
};

#define CURL_HTTP_VERSION_1_1 2L
#define CURLPROTO_HTTP 1L
#define CURLPROTO_HTTPS 2L
#define CURL_GLOBAL_ALL 3L

struct curl_slist;

struct curl_message {
  int kind;
  void *easy;
  union {
    void *whatever;
    int result;
  } data;
};

/// libcurl's functions, once it is loaded.
struct curl_functions {
  int (*global_init)(long);
  void *(*easy_init)(void);
  int (*easy_setopt)(void *, int, ...);
  int (*easy_getinfo)(void *, int, ...);
  void (*easy_cleanup)(void *);
  const char *(*easy_strerror)(int);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  void *(*multi_init)(void);
  int (*multi_setopt)(void *, int, ...);
  int (*multi_add_handle)(void *, void *);
  int (*multi_remove_handle)(void *, void *);
  int (*multi_perform)(void *, int *);
  struct curl_message *(*multi_info_read)(void *, int *);
  int (*multi_poll)(void *, void *, unsigned, int, int *);
  int (*multi_wakeup)(void *);
  int (*multi_cleanup)(void *);
};

extern struct curl_functions curl;

/// Loads libcurl once. NULL where it is there, else why it cannot be used.
const char *load_curl(void);

#endif
