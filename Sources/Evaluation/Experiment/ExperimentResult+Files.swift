import Diagnostics
import Foundation
import Reading
import Reporting

extension ExperimentResult {
  /// Reads a results.json.
  ///
  /// - Throws: `InputError` for a file that is missing, damaged or of another version.
  static func read(_ path: String) throws -> ExperimentResult {
    let data = try readFile(path, limit: 256 << 20)
    let result: ExperimentResult
    do {
      result = try JSONDecoder().decode(ExperimentResult.self, from: data)
    } catch {
      throw InputError(
        path, "is not an experiment's results.json, or is damaged", remedy: "run the experiment, which writes it")
    }
    guard result.schemaVersion == ExperimentResult.schemaVersion else {
      throw InputError(
        path, field: "schema_version", "is \(result.schemaVersion), not \(ExperimentResult.schemaVersion)",
        remedy: "run the experiment again with this version")
    }
    return result
  }

  /// Writes results.json, plot.svg and README.md, each whole or not at all.
  ///
  /// - Throws: `InputError` where the folder cannot be written to.
  func write(to folder: String) throws {
    try OutputFile.write(try json(), to: "\(folder)/results.json")
    try OutputFile.write(Data(plot().utf8), to: "\(folder)/plot.svg")
    try OutputFile.write(Data(markdown().utf8), to: "\(folder)/README.md")
  }
}
