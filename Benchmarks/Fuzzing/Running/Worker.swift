import Checkpoints
import Diagnostics
import Foundation
import Patterns
import Reading
import Served
import Training

/// Reads one input after another in this process, which a finding ends.
struct Worker {
  let target: FuzzTarget
  let round: UInt64
  let state: WorkerState

  /// The exit code where a reader threw what is no refusal.
  static let unexpected: Int32 = 65

  func run(_ numbers: Range<Int>) {
    for number in numbers {
      let (bytes, seed) = target.mutator.input(round: round, number: number)
      state.begin(number)
      var isAccepted = true
      do { try target.read(bytes, seed) } catch {
        guard Self.isRefusal(error) else {
          FileHandle.standardError.write(Data("\(type(of: error)): \(error)\n".utf8))
          exit(Self.unexpected)
        }
        isAccepted = false
      }
      state.end(accepted: isAccepted)
    }
  }

  /// Whether an error says that the input is wrong, in the way of the reader that threw it.
  static func isRefusal(_ error: any Error) -> Bool {
    error is InputError || error is NotGateable || error is JSONFault || error is PatternFault
      || error is RenderingFault || error is ServerFault
  }
}
