import ArgumentParser
import Diagnostics
import Foundation

/// Parses, runs, and turns every outcome into one of the documented exit codes.
@main
enum Main {
  static func main() {
    // A reader that goes away (`holdfast … | head`) is not a crash.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Holdfast.parseAsRoot()
      try command.run()
    } catch {
      exit(report(error))
    }
  }

  /// Says on one line what went wrong and returns the exit code.
  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let error as InputError:
      complain("error: \(error)")
      return HoldfastExit.badInput
    case let error as NotGateable:
      complain("not gateable: \(error)")
      return HoldfastExit.notGateable
    case let code as ExitCode:
      return code.rawValue
    default:
      break
    }
    let code = Holdfast.exitCode(for: error)
    if code == .success {
      print(Holdfast.fullMessage(for: error))
      return 0
    }
    if code == .validationFailure {
      FileHandle.standardError.write(Data((Holdfast.fullMessage(for: error) + "\n").utf8))
      return HoldfastExit.badInput
    }
    complain("internal error: \(error)")
    return HoldfastExit.ownFault
  }

  private static func complain(_ text: String) {
    FileHandle.standardError.write(Data("holdfast: \(text)\n".utf8))
  }
}

/// Exit codes beside success.
enum HoldfastExit {
  static let regression: Int32 = 1
  static let badInput: Int32 = 2
  static let notGateable: Int32 = 3
  static let ownFault: Int32 = 70
}
