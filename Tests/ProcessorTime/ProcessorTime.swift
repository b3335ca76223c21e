import Foundation

/// The seconds of processor time that `body` takes on the thread that calls it, however many others wait for the
/// processor: what a test may hold against a bound that only another kind of algorithm would pass. The clock on the
/// wall tells as much of the machine's other work as of the code.
package func processorTime(of body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
  let begun = now()
  try body()
  return now() - begun
}
