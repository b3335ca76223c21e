import Dispatch
import Foundation
import Synchronization

/// The work was asked to end before it was done: by a signal, or because its time was over.
package enum Interrupted: Error, Equatable, CustomStringConvertible {
  /// SIGINT or SIGTERM.
  case signal(Int32)
  case deadline

  package var description: String {
    switch self {
    case .signal(let number): "stopped by \(number == SIGINT ? "SIGINT" : "SIGTERM")"
    case .deadline: "its time was over"
    }
  }
}

/// How long computations end in good order when they are asked to: each looks here between its parts, when all that it has done is kept.
///
/// What never looks is ended at once: it writes whole files or none.
package enum Interruption {
  private static let pending = Atomic<Int32>(0)
  private static let watchers = Atomic<Int>(0)

  /// When the work in hand must end; nil for never. It holds for what is called within `withDeadline`.
  @TaskLocal private static var deadline: ContinuousClock.Instant?

  /// Lets SIGINT and SIGTERM ask for an end; a second one ends the process at once, with 128 and its number.
  ///
  /// A signal that the parent ignores (a job in the background) stays ignored.
  ///
  /// - Parameters:
  ///   - announce: is told that the work in hand is being ended.
  ///   - leaving: is told that the process ends now; it must not wait for anything.
  package static func listen(announce: @escaping @Sendable () -> Void, leaving: @escaping @Sendable () -> Void = {}) {
    for number in [SIGINT, SIGTERM] {
      var before = sigaction()
      guard sigaction(number, nil, &before) == 0, !isIgnored(before) else { continue }
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
      source.setEventHandler {
        let isFirst = pending.exchange(number, ordering: .relaxed) == 0
        guard isFirst, watchers.load(ordering: .relaxed) > 0 else {
          leaving()
          _exit(128 + number)
        }
        // Elsewhere: a reader that does not read must not keep the second signal from being heard.
        DispatchQueue.global().async { announce() }
      }
      source.activate()
      // It lives as long as the process.
      _ = Unmanaged.passRetained(source as AnyObject)
    }
  }

  /// Runs what looks here now and then.
  package static func watching<Value>(_ body: () throws -> Value) throws -> Value {
    watchers.add(1, ordering: .relaxed)
    defer { watchers.subtract(1, ordering: .relaxed) }
    try check()
    return try body()
  }

  /// Runs what has to end by a time. nil for any time.
  package static func withDeadline<Value>(_ deadline: ContinuousClock.Instant?, _ body: () throws -> Value) rethrows
    -> Value
  {
    try $deadline.withValue(deadline, operation: body)
  }

  /// Runs what may have an equal part of the time that is left, where so many such parts have yet to come, this one included.
  package static func withPart<Value>(of parts: Int, _ body: () throws -> Value) rethrows -> Value {
    try withDeadline(remaining.map { ContinuousClock.now + max(.zero, $0) / max(1, parts) }, body)
  }

  /// The time that is left, negative where it is over; nil where there is no deadline.
  package static var remaining: Duration? { deadline.map { $0 - ContinuousClock.now } }

  /// - Throws: `Interrupted` where the work is to end.
  package static func check() throws {
    let number = pending.load(ordering: .relaxed)
    if number != 0 { throw Interrupted.signal(number) }
    if let deadline, ContinuousClock.now >= deadline { throw Interrupted.deadline }
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    #else
      unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    #endif
  }
}
