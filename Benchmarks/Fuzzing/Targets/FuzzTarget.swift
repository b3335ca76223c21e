import Diagnostics

/// Something that reads untrusted bytes, and valid inputs to start from.
struct FuzzTarget: Sendable {
  let name: String
  let mutator: Mutator
  /// Of the others' inputs, how many it is given: less than all where one takes as long as many of theirs.
  let share: Double
  /// Reads one input; what it throws beside `isRefusal` is a finding.
  ///
  /// - Parameter seed: which of the valid inputs it was made of.
  let read: @Sendable (_ bytes: [UInt8], _ seed: Int) throws -> Void

  init(
    _ name: String, _ form: Form, _ seeds: [[UInt8]], share: Double = 1,
    read: @escaping @Sendable (_ bytes: [UInt8], _ seed: Int) throws -> Void
  ) {
    self.name = name
    self.share = share
    mutator = Mutator(form, seeds)
    self.read = read
  }
}

/// An invariant that a reader broke.
struct BrokenInvariant: Error, CustomStringConvertible {
  let description: String
}

func require(_ holds: Bool, _ words: @autoclosure () -> String) throws {
  if !holds { throw BrokenInvariant(description: words()) }
}
