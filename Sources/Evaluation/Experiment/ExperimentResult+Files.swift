import Foundation
import Reporting

extension ExperimentResult {
  /// Writes results.json, plot.svg and README.md, each whole or not at all.
  ///
  /// - Throws: `InputError` where the folder cannot be written to.
  func write(to folder: String) throws {
    try writeWhole(try json(), "\(folder)/results.json")
    try writeWhole(Data(plot().utf8), "\(folder)/plot.svg")
    try writeWhole(Data(markdown().utf8), "\(folder)/README.md")
  }
}
