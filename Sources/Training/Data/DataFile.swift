import Diagnostics
import Reading

/// A line of a data file.
package struct DataLine: Sendable, Equatable {
  /// From 1.
  package let number: Int
  package let content: SampleContent
}

/// A JSONL file of samples, in any of the forms of `DataForm`.
package struct DataFile: Sendable {
  package let path: String
  /// Never empty.
  package let lines: [DataLine]

  private static let sizeLimit = 1 << 30

  /// What tables and archives are called, which are no lines of JSON.
  private static let others: Set<String> = ["csv", "tsv", "parquet", "arrow", "feather", "xlsx", "bz2", "xz", "zip"]

  /// - Throws: `InputError` where the file cannot be read, is empty, or naming the line that is not a sample.
  package static func read(_ path: String) throws -> DataFile {
    let kind = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    if others.contains(kind) {
      throw InputError(
        path, "is a .\(kind) file, and data are JSON lines",
        remedy: "convert it, such as with Python's datasets: load_dataset(…)[\"train\"].to_json(FILE)")
    }
    let lines = try JSONLine.read(
      path, limit: sizeLimit, ifAbsent: Recipe.absentRemedy, known: nil, example: DataForm.pair.example
    ) { line in DataLine(number: line.number, content: try DataForm.content(of: line)) }
    guard !lines.isEmpty else {
      throw InputError(path, "the data file is empty", remedy: "write one sample a line")
    }
    return DataFile(path: path, lines: lines)
  }

  /// The same prompts with each other's completions.
  ///
  /// - Parameter order: which line's completion each line gets.
  func shufflingCompletions(_ order: [Int]) -> DataFile {
    DataFile(
      path: path,
      lines: zip(lines, order).map { line, other in
        DataLine(number: line.number, content: line.content.replacingCompletion(by: lines[other].content.completion))
      })
  }

  /// The lines of a JSONL file that are not blank, in order.
  static func readLines<Value>(
    _ path: String, known: [String], example: ShownText, _ body: (JSONLine) throws -> Value
  ) throws -> [Value] {
    try JSONLine.read(
      path, limit: sizeLimit, ifAbsent: Recipe.absentRemedy, known: known, example: example, body)
  }
}
