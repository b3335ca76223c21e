/// How many requests are on their way at a time: doubled as long as that brings more answers a second, halved where the server has too much.
package struct ConcurrencyControl: Sendable {
  /// The most that is tried.
  package static let most = 256
  package static let start = 4
  /// What doubling must bring to be worth it.
  private static let gain = 1.15
  /// The shortest time that a rate is taken over, in seconds.
  private static let window = 0.5

  package private(set) var limit: Int
  private var isSettled: Bool
  private var began: Double?
  private var answers = 0
  private var last: (limit: Int, rate: Double)?

  /// - Parameters:
  ///   - fixed: as many always; nil to find it out.
  ///   - start: as many at first, where that is to be found out.
  package init(fixed: Int?, start: Int = start) {
    limit = fixed ?? start
    isSettled = fixed != nil
  }

  /// An answer came.
  ///
  /// - Parameter now: seconds since some beginning.
  package mutating func answered(at now: Double) {
    guard !isSettled else { return }
    guard let began else {
      self.began = now
      return
    }
    answers += 1
    let seconds = now - began
    guard seconds >= Self.window, answers >= 2 * limit else { return }
    let rate = Double(answers) / seconds
    if let last, rate < last.rate * Self.gain {
      // The fewer do as well.
      limit = last.limit
      isSettled = true
    } else {
      last = (limit, rate)
      isSettled = limit == Self.most
      limit = min(Self.most, limit * 2)
    }
    self.began = nil
    answers = 0
  }

  /// The server says that it has too much.
  package mutating func pressed() {
    limit = max(1, limit / 2)
    isSettled = true
  }
}
