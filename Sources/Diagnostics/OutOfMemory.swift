import Foundation

/// Ends the process with exit code 2 and one line: the system has not that much memory for it (`ulimit -v`, a full machine that does not
/// overcommit). What was committed is kept.
///
/// For the large buffers, of which there are many in the middle of computations that cannot go on without them.
package func endForLackOfMemory(bytes: Int) -> Never {
  let line =
    "holdfast: error: memory: \(bytes) bytes cannot be had (\(String(cString: strerror(ENOMEM)))); raise the limit (ulimit -v), "
    + "take a smaller batch, or a machine with more memory\n"
  _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  _exit(2)
}
