#include "transfers.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "curl_abi.h"

/// One transfer, from when it is asked for to when it is done.
typedef struct transfer {
  uint64_t number;
  void *easy;
  struct curl_slist *headers;
  uint8_t *sent;
  uint8_t *body;
  size_t count, room, limit;
  double retry_after;
  char *location;
  char error[CURL_ERROR_SIZE];
  bool is_cancelled, is_too_large, is_running;
  struct transfer *next;
} transfer;

struct transfers {
  void *multi;
  char *ca;
  transfer_done done;
  void *context;
  pthread_t thread;
  pthread_mutex_t lock;
  /// All that are not done. Guarded by `lock`; what is in them belongs to the thread once they are running.
  transfer *all;
  bool is_closing;
  /// Closed by its own thread, which then frees it.
  bool is_abandoned;
};

static void release(transfer *one) {
  if (one->easy != NULL) curl.easy_cleanup(one->easy);
  curl.slist_free_all(one->headers);
  free(one->sent);
  free(one->body);
  free(one->location);
  free(one);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data) {
  transfer *one = data;
  size_t length = size * count;
  if (length > one->limit - one->count) {
    one->is_too_large = true;
    return 0;
  }
  if (one->count + length > one->room) {
    size_t room = one->room < 4096 ? 4096 : one->room;
    while (room < one->count + length) room *= 2;
    uint8_t *grown = realloc(one->body, room);
    if (grown == NULL) return 0;
    one->body = grown;
    one->room = room;
  }
  memcpy(one->body + one->count, bytes, length);
  one->count += length;
  return length;
}

/// The value of a header line of this name; NULL where it is another's.
static char *header_value(const char *line, size_t length, const char *name) {
  size_t prefix = strlen(name);
  if (length <= prefix || strncasecmp(line, name, prefix) != 0) return NULL;
  while (prefix < length && (line[prefix] == ' ' || line[prefix] == '\t')) prefix++;
  while (length > prefix && (line[length - 1] == '\r' || line[length - 1] == '\n' || line[length - 1] == ' ')) length--;
  return strndup(line + prefix, length - prefix);
}

static size_t take_header(char *bytes, size_t size, size_t count, void *data) {
  transfer *one = data;
  size_t length = size * count;
  char *value = header_value(bytes, length, "Retry-After:");
  if (value != NULL) {
    char *end = value;
    double seconds = strtod(value, &end);
    if (end != value && seconds >= 0 && seconds < 86400) one->retry_after = seconds;
    free(value);
  }
  value = header_value(bytes, length, "Location:");
  if (value != NULL) {
    free(one->location);
    one->location = value;
  }
  return length;
}

static void finish(transfers *all, transfer *one, int code) {
  long status = 0;
  curl.easy_getinfo(one->easy, CURLINFO_RESPONSE_CODE, &status);
  curl.multi_remove_handle(all->multi, one->easy);
  pthread_mutex_lock(&all->lock);
  for (transfer **place = &all->all; *place != NULL; place = &(*place)->next) {
    if (*place == one) {
      *place = one->next;
      break;
    }
  }
  bool is_cancelled = one->is_cancelled || all->is_closing;
  pthread_mutex_unlock(&all->lock);
  if (!is_cancelled) {
    transfer_result result = {
        .code = one->is_too_large ? TRANSFER_TOO_LARGE : code,
        .status = status,
        .retry_after = one->retry_after,
        .location = one->location,
        .message = one->error[0] != 0 ? one->error : curl.easy_strerror(code),
        .body = one->body,
        .body_count = one->count,
    };
    all->done(all->context, one->number, &result);
  }
  release(one);
}

/// Lets the thread take up what was asked for, and end what was cancelled.
static void update(transfers *all) {
  pthread_mutex_lock(&all->lock);
  transfer *cancelled = NULL;
  for (transfer **place = &all->all; *place != NULL;) {
    transfer *one = *place;
    if (one->is_cancelled || all->is_closing) {
      *place = one->next;
      one->next = cancelled;
      cancelled = one;
      continue;
    }
    if (!one->is_running) {
      one->is_running = true;
      curl.multi_add_handle(all->multi, one->easy);
    }
    place = &one->next;
  }
  pthread_mutex_unlock(&all->lock);
  while (cancelled != NULL) {
    transfer *next = cancelled->next;
    if (cancelled->is_running) curl.multi_remove_handle(all->multi, cancelled->easy);
    release(cancelled);
    cancelled = next;
  }
}

static void destroy(transfers *all) {
  curl.multi_cleanup(all->multi);
  pthread_mutex_destroy(&all->lock);
  free(all->ca);
  free(all);
}

static void *work(void *data) {
  transfers *all = data;
  for (;;) {
    update(all);
    pthread_mutex_lock(&all->lock);
    bool is_closing = all->is_closing;
    pthread_mutex_unlock(&all->lock);
    if (is_closing) {
      if (all->is_abandoned) destroy(all);
      return NULL;
    }
    int running = 0;
    curl.multi_perform(all->multi, &running);
    int left = 0;
    struct curl_message *message;
    while ((message = curl.multi_info_read(all->multi, &left)) != NULL) {
      if (message->kind != CURLMSG_DONE) continue;
      transfer *one = NULL;
      curl.easy_getinfo(message->easy, CURLINFO_PRIVATE, &one);
      finish(all, one, message->data.result);
    }
    // Until something comes, or somebody wakes it.
    curl.multi_poll(all->multi, NULL, 0, 1000, NULL);
  }
}

transfers *transfers_open(
    long most_connections, const char *ca, transfer_done done, void *context, const char **problem) {
  *problem = load_curl();
  if (*problem != NULL) return NULL;
  *problem = "libcurl cannot be used here";
  transfers *all = calloc(1, sizeof *all);
  if (all == NULL) return NULL;
  all->multi = curl.multi_init();
  all->ca = ca == NULL ? NULL : strdup(ca);
  all->done = done;
  all->context = context;
  pthread_mutex_init(&all->lock, NULL);
  if (all->multi == NULL || (ca != NULL && all->ca == NULL)) {
    free(all->ca);
    free(all);
    return NULL;
  }
  curl.multi_setopt(all->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most_connections);
  curl.multi_setopt(all->multi, CURLMOPT_MAXCONNECTS, most_connections);
  if (pthread_create(&all->thread, NULL, work, all) != 0) {
    curl.multi_cleanup(all->multi);
    free(all->ca);
    free(all);
    return NULL;
  }
  *problem = NULL;
  return all;
}

void transfers_send(
    transfers *all, uint64_t number, const char *url, const char *const *headers, size_t header_count,
    const uint8_t *body, size_t body_count, bool has_body, size_t limit) {
  transfer *one = calloc(1, sizeof *one);
  if (one == NULL) abort();
  one->number = number;
  one->limit = limit;
  one->retry_after = -1;
  one->easy = curl.easy_init();
  if (one->easy == NULL) abort();
  void *easy = one->easy;
  for (size_t i = 0; i < header_count; i++) one->headers = curl.slist_append(one->headers, headers[i]);
  // Else a large prompt waits a second for leave to be sent.
  one->headers = curl.slist_append(one->headers, "Expect:");
  curl.easy_setopt(easy, CURLOPT_URL, url);
  curl.easy_setopt(easy, CURLOPT_HTTPHEADER, one->headers);
  curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl.easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl.easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 30L);
  curl.easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, one->error);
  curl.easy_setopt(easy, CURLOPT_PRIVATE, one);
  curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl.easy_setopt(easy, CURLOPT_WRITEDATA, one);
  curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl.easy_setopt(easy, CURLOPT_HEADERDATA, one);
  if (all->ca != NULL) curl.easy_setopt(easy, CURLOPT_CAINFO, all->ca);
  if (has_body) {
    one->sent = malloc(body_count == 0 ? 1 : body_count);
    if (one->sent == NULL) abort();
    memcpy(one->sent, body, body_count);
    curl.easy_setopt(easy, CURLOPT_POST, 1L);
    curl.easy_setopt(easy, CURLOPT_POSTFIELDS, one->sent);
    curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (int64_t)body_count);
  }
  pthread_mutex_lock(&all->lock);
  transfer **end = &all->all;
  while (*end != NULL) end = &(*end)->next;
  *end = one;
  pthread_mutex_unlock(&all->lock);
  curl.multi_wakeup(all->multi);
}

void transfers_cancel(transfers *all, uint64_t number) {
  pthread_mutex_lock(&all->lock);
  for (transfer *one = all->all; one != NULL; one = one->next) {
    if (one->number == number) one->is_cancelled = true;
  }
  pthread_mutex_unlock(&all->lock);
  curl.multi_wakeup(all->multi);
}

void transfers_close(transfers *all) {
  pthread_mutex_lock(&all->lock);
  all->is_closing = true;
  all->is_abandoned = pthread_equal(pthread_self(), all->thread);
  bool is_abandoned = all->is_abandoned;
  pthread_mutex_unlock(&all->lock);
  if (is_abandoned) {
    pthread_detach(all->thread);
    return;
  }
  curl.multi_wakeup(all->multi);
  pthread_join(all->thread, NULL);
  destroy(all);
}
