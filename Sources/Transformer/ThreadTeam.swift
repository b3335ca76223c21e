import Dispatch
import Synchronization

/// A fixed number of threads that take tasks from one counter. Which thread takes which task never changes a result.
package struct ThreadTeam: Sendable {
  package let count: Int

  package init(_ count: Int) { self.count = max(1, count) }

  /// How many of `total` rows a task takes: `most`, or fewer where some threads would have none; whole GEMM tiles of
  /// six.
  func taskRows(_ total: Int, atMost most: Int) -> Int {
    min(most, max(1, (total + 6 * count - 1) / (6 * count)) * 6)
  }

  /// Runs `body(task, worker)` for every task, `worker` below `count` and never the same at the same time; returns when all are done.
  package func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard count > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(body) { body in
      // Tasks write disjoint memory; that is what makes sharing the body among threads safe.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: min(count, tasks)) { worker in
        while true {
          let task = next.add(1, ordering: .relaxed).oldValue
          guard task < tasks else { return }
          body(task, worker)
        }
      }
    }
  }
}
