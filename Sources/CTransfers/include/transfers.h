#ifndef HOLDFAST_TRANSFERS_H
#define HOLDFAST_TRANSFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// HTTP transfers by the system's libcurl, many at a time on one thread that sleeps while nothing comes.
///
/// libcurl is loaded when the first transfers are opened: whoever asks no server needs none, and no network code is built or linked.
typedef struct transfers transfers;

/// What became of a transfer.
typedef struct {
  /// 0 where an answer came; else libcurl's code, or one of those below.
  int code;
  /// The HTTP status.
  long status;
  /// Of a Retry-After in seconds; negative where there is none.
  double retry_after;
  /// Of a Location; NULL where there is none.
  const char *location;
  /// In libcurl's words, where code is not 0.
  const char *message;
  const uint8_t *body;
  size_t body_count;
} transfer_result;

/// The answer grew beyond its limit.
enum { TRANSFER_TOO_LARGE = -1 };

/// Called once for each transfer that was not cancelled, on the transfers' own thread; the result is valid until it returns.
typedef void (*transfer_done)(void *context, uint64_t number, const transfer_result *result);

/// Opens transfers.
///
/// - ca: a file of certificates that are trusted in the place of the system's; NULL for the system's.
/// - problem: set to why there are none, where NULL is returned: a text that lives as long as the process.
transfers *transfers_open(
    long most_connections, const char *ca, transfer_done done, void *context, const char **problem);

/// Begins a transfer: a POST where there is a body, else a GET. Redirects are not followed.
///
/// - headers: "Name: value", copied.
/// - limit: the most bytes of the answer's body.
void transfers_send(
    transfers *transfers, uint64_t number, const char *url, const char *const *headers, size_t header_count,
    const uint8_t *body, size_t body_count, bool has_body, size_t limit);

/// Ends a transfer without an answer, if it is still under way.
void transfers_cancel(transfers *transfers, uint64_t number);

/// Cancels all transfers and ends their thread.
void transfers_close(transfers *transfers);

#endif
