import ArgumentParser
import Diagnostics
import Foundation
import Transformer

/// Parses, runs, and turns every outcome into one of the documented exit codes.
@main
enum Main {
  static func main() {
    do {
      try ProcessSetup.prepare()
      try Kernel.checkRequested()
      Interruption.listen {
        note("ending in good order; again to end at once")
      } leaving: {
        TerminalLine.clear()
      }
      exit(try ProcessSetup.onOwnStack(runVerb))
    } catch {
      exit(report(error))
    }
  }

  /// - Returns: the exit code.
  private static func runVerb() -> Int32 {
    do {
      try refuseUnknownVerb()
      var command = try Holdfast.parseAsRoot()
      try command.run()
      return 0
    } catch {
      return report(error)
    }
  }

  /// A verb that there is not is said before its options are, which the parser looks at first; and so is an option that is no gate's, where the
  /// parser would name one that only looks like it.
  private static func refuseUnknownVerb() throws {
    let words = CommandLine.arguments.dropFirst()
    if words.first == "gate", let option = words.first(where: { ["--suite", "--suites"].contains($0) }) {
      throw InputError(
        "holdfast gate", field: option, "is no option of gate, which asks what its baseline was asked",
        remedy: "name suites and baseline in holdfast.yaml; 'holdfast run --suite' asks any suite")
    }
    let verbs = Holdfast.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let verb = CommandLine.arguments.dropFirst().first, !verb.hasPrefix("-"), !verbs.contains(verb) else {
      return
    }
    let nearest = nearestKey(to: verb, among: verbs)
    throw InputError(
      "holdfast", "'\(verb)' is no verb\(nearest.map { "; did you mean '\($0)'?" } ?? "")",
      remedy: "see 'holdfast --help'")
  }

  /// How the work goes on that a signal ended.
  private static var wayOn: String {
    switch CommandLine.arguments.dropFirst().first {
    case "train": "; with --resume it goes on from the last checkpoint"
    case "gate", "run", "baseline", "experiment", "repair":
      "; what was committed is kept, and the same command goes on from there"
    default: ""
    }
  }

  /// Says on one line what went wrong and returns the exit code.
  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let error as InputError:
      note("error: \(error)")
      return HoldfastExit.badInput
    case let error as NotGateable:
      note("not gateable: \(error)")
      return HoldfastExit.notGateable
    case Interrupted.signal(let number):
      note("\(error)\(wayOn)")
      return 128 + number
    case let code as ExitCode:
      return code.rawValue
    default:
      break
    }
    let code = Holdfast.exitCode(for: error)
    if code == .success {
      do { try emitOutput(message(error)) } catch { return report(error) }
      return 0
    }
    if code == .validationFailure {
      emitError(message(error))
      return HoldfastExit.badInput
    }
    if let error = InputError(ofSystem: error) {
      note("error: \(error)")
      return HoldfastExit.badInput
    }
    note("internal error: \(words: shown("\(error)", limit: longestLine))")
    return HoldfastExit.ownFault
  }

  private static let longestLine = 2000

  /// The help that was asked for, or what is wrong with the arguments, which are text from outside too.
  private static func message(_ error: any Error) -> ShownText {
    let lines = Holdfast.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
    return ShownText(lines: lines.map { shown(String($0), limit: longestLine) + "\n" }.joined())
  }
}

/// Exit codes beside success.
enum HoldfastExit {
  static let regression: Int32 = 1
  static let badInput: Int32 = 2
  static let notGateable: Int32 = 3
  static let ownFault: Int32 = 70
}
