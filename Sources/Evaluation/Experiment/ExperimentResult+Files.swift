import Foundation
import Reading
import Reporting

extension ExperimentResult {
  /// Writes results.json, plot.svg and README.md, each whole or not at all.
  ///
  /// - Throws: `InputError` where the folder cannot be written to.
  func write(to folder: String) throws {
    try OutputFile.write(try json(), to: "\(folder)/results.json")
    try OutputFile.write(Data(plot().utf8), to: "\(folder)/plot.svg")
    try OutputFile.write(Data(markdown().utf8), to: "\(folder)/README.md")
  }
}
