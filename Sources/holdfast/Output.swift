import ArgumentParser
import Diagnostics
import Foundation

/// One line on standard error.
func note(_ text: ShownText) { emitError("holdfast: \(text)\n") }

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
  if error == EPIPE { throw ExitCode(0) }
  throw InputError(
    "standard output", "cannot be written (\(systemWords(error)))",
    remedy: "check where it goes, and the room there")
}

/// What a verb found, on standard output: that the reader has gone away changes neither what is still to be written nor the exit code.
///
/// - Throws: `InputError` as `emitOutput`.
func emitFinding(_ text: ShownText) throws { try emitFinding(text.outgoing) }

/// The same for programs, as `emitData` takes it.
func emitFinding(_ data: Data) throws {
  do {
    try emitData(data)
  } catch is ExitCode {
    return
  }
}

/// One line on standard output; throws as `emitOutput`.
func printLine(_ text: ShownText) throws { try emitOutput("\(text)\n") }

/// One line of JSON, or a pretty text of it, on standard output; throws as `emitOutput`.
func printJSON(_ value: some Encodable, isPretty: Bool = false) throws {
  try emitData(try shownJSON(value, isPretty: isPretty) + Data("\n".utf8))
}

/// Writes all of the bytes; returns 0 or the system's error number. (`FileHandle.write` ends the process instead.)
private func emit(_ bytes: Data, to descriptor: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 {
      if errno == EINTR { continue }
      return errno
    }
    rest = rest.dropFirst(written)
  }
  return 0
}

/// Writes text to a file through a temporary one beside it, or to standard output where there is no path.
///
/// What is no plain file (a device, a pipe, a link) is written to as it is: the temporary file would take its place.
func save(_ text: String, to path: String?) throws {
  guard let path else { return try emitData(Data(text.utf8)) }
  do {
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    let isPlain = type == nil || type == .typeRegular
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: isPlain ? .atomic : [])
  } catch {
    throw InputError(
      path, "cannot be written (\(systemWords(error)))", remedy: "check the folder and the room on its disk")
  }
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
