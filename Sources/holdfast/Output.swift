import ArgumentParser
import Diagnostics
import Foundation
import Reading

/// One line on standard error.
func note(_ text: ShownText) {
  TerminalLine.clear()
  emitError("holdfast: \(text)\n")
}

/// Text on standard error. That nobody reads it is no reason to stop.
func emitError(_ text: ShownText) { _ = emit(text.outgoing, to: STDERR_FILENO) }

/// Text on standard output.
///
/// - Throws: `ExitCode` 0 where the reader has gone away (`holdfast … | head`), `InputError` where the output cannot be written.
func emitOutput(_ text: ShownText) throws { try emitData(text.outgoing) }

/// What programs read, on standard output: JSON as `shownJSON` makes it, or data without text from outside. Throws as `emitOutput`.
func emitData(_ data: Data) throws {
  let error = emit(data, to: STDOUT_FILENO)
  guard error != 0 else { return }
  throw error == EPIPE ? ExitCode(0) : brokenOutput(error)
}

/// One line on standard output; throws as `emitOutput`.
func printLine(_ text: ShownText) throws { try emitOutput("\(text)\n") }

/// One line of JSON, or a pretty text of it, on standard output; throws as `emitOutput`.
func printJSON(_ value: some Encodable, isPretty: Bool = false) throws {
  try emitData(try shownJSON(value, isPretty: isPretty) + Data("\n".utf8))
}

/// What a verb found, on standard output, and the exit code that says it in short.
///
/// A code other than 0 stands whatever becomes of the output. So does 0 where what was found is kept in files; otherwise it would say
/// that all is well and show nothing. That the reader has gone away is his own doing.
///
/// - Parameter isKept: whether it was written to files too, all of it.
/// - Throws: `ExitCode`, or `InputError` where the output cannot be written and nothing else tells what was found.
func conclude(_ text: ShownText, code: Int32 = 0, isKept: Bool = false) throws {
  try conclude(text.outgoing, code: code, isKept: isKept)
}

/// The same for programs, as `emitData` takes it.
func conclude(_ data: Data, code: Int32 = 0, isKept: Bool = false) throws {
  let error = emit(data, to: STDOUT_FILENO)
  if error != 0, error != EPIPE || isKept {
    guard code != 0 || isKept else { throw brokenOutput(error) }
    // Told last: who reads standard error alone sees why the rest is missing.
    note("warning: \(brokenOutput(error))")
  }
  if code != 0 { throw ExitCode(code) }
}

private func brokenOutput(_ error: Int32) -> InputError {
  InputError(
    "standard output", "cannot be written (\(systemWords(error)))", remedy: "check where it goes, and the room there")
}

/// Writes all of the bytes; returns 0 or the system's error number.
private func emit(_ bytes: Data, to descriptor: Int32) -> Int32 {
  bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
}

/// Verdict words in colour where standard output is a terminal that may be coloured (https://no-color.org).
func coloured(_ text: ShownText) -> ShownText {
  let environment = ProcessInfo.processInfo.environment
  guard isatty(STDOUT_FILENO) == 1, (environment["NO_COLOR"] ?? "").isEmpty, environment["TERM"] != "dumb" else {
    return text
  }
  let words = text.description.replacing(/\b(?:PASS|FAIL|INCONCLUSIVE|NOT GATEABLE)\b/) { match in
    let colour = match.output == "PASS" ? 32 : match.output == "FAIL" ? 31 : 33
    return "\u{1B}[1;\(colour)m\(match.output)\u{1B}[0m"
  }
  return "\(words: words)"
}
