import Foundation

/// What a worker is at, in memory that outlives it: so that a crash is known by its input.
final class WorkerState {
  /// The places of the numbers.
  private enum Place: Int, CaseIterable {
    case number, startedAt, done, accepted, slowest, slowestNumber
  }

  private let numbers: UnsafeMutablePointer<UInt64>
  private static let size = Place.allCases.count * MemoryLayout<UInt64>.size

  /// - Parameter path: of a file that both processes know.
  init(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, off_t(Self.size)) == 0,
      let address = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
    else { throw CocoaError(.fileWriteUnknown) }
    close(descriptor)
    numbers = address.bindMemory(to: UInt64.self, capacity: Place.allCases.count)
  }

  deinit { munmap(numbers, Self.size) }

  private subscript(_ place: Place) -> UInt64 {
    get { numbers[place.rawValue] }
    set { numbers[place.rawValue] = newValue }
  }

  /// The input that is being read.
  var number: Int { Int(self[.number]) }
  var done: Int { Int(self[.done]) }
  var accepted: Int { Int(self[.accepted]) }
  /// Seconds, and the input that took them.
  var slowest: (seconds: Double, number: Int) { (Double(self[.slowest]) / 1e9, Int(self[.slowestNumber])) }

  /// Whether there was a first input.
  var hasBegun: Bool { done > 0 || age > 0 }

  /// Seconds that the input has been read for; 0 between inputs.
  var age: Double {
    let start = self[.startedAt]
    return start == 0 ? 0 : Double(Self.now &- start) / 1e9
  }

  func begin(_ number: Int) {
    self[.number] = UInt64(number)
    self[.startedAt] = Self.now
  }

  func end(accepted isAccepted: Bool) {
    let spent = Self.now - self[.startedAt]
    self[.startedAt] = 0
    self[.done] += 1
    if isAccepted { self[.accepted] += 1 }
    if spent > self[.slowest] {
      self[.slowest] = spent
      self[.slowestNumber] = self[.number]
    }
  }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
