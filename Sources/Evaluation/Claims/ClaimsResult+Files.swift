import Foundation
import Reading
import Reporting

extension ClaimsResult {
  /// Writes results.json, plot.svg, a map of each model that was taken apart, README.md and index.html, each whole or not at all.
  ///
  /// - Throws: `InputError` where the folder cannot be written to.
  package func write(to folder: String) throws {
    try OutputFile.write(try json(), to: "\(folder)/results.json")
    try OutputFile.write(Data(plot().utf8), to: "\(folder)/plot.svg")
    for map in maps { try OutputFile.write(Data(map.svg.utf8), to: "\(folder)/\(map.name)") }
    try OutputFile.write(Data(markdown().utf8), to: "\(folder)/README.md")
    try OutputFile.write(Data(try ClaimsPage(self).html().utf8), to: "\(folder)/index.html")
  }
}
