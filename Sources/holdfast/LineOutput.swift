import Diagnostics
import Foundation
import Reading

/// Where lines go as they are found: standard output, or a file that appears once all of them are there.
struct LineOutput {
  private let file: OutputFile?

  /// Other names of standard output: opened by name, a file behind it would be begun anew.
  private static let standardOutput: Set<String> = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]

  /// - Parameter path: nil for standard output; a pipe or a device is written to as it is.
  init(_ path: String?) throws {
    file = try path.flatMap { Self.standardOutput.contains($0) ? nil : try OutputFile($0, streams: true) }
  }

  func write(_ text: String) throws {
    if let file { try file.write(Data(text.utf8)) } else { try emitData(Data(text.utf8)) }
  }

  /// Puts the file in its place.
  func end() throws { try file?.commit() }
}

extension LineStream.Line {
  var place: String { "line \(number)" }

  /// The line as one JSON value.
  ///
  /// - Parameters:
  ///   - wanted: what it has to be, for messages: "a JSON object".
  ///   - remedy: how it is written.
  func json(of file: String, wanted: ShownText, remedy: ShownText) throws -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw InputError(file, field: place, "is not UTF-8 text", remedy: "save it as UTF-8")
    }
    do {
      return try bytes.withUnsafeBytes { try JSONParser.parse($0) }
    } catch let fault as JSONFault {
      throw InputError(file, field: place, "is not \(wanted): \(fault.problem)", remedy: remedy)
    }
  }
}
