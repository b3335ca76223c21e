import Foundation

/// Writes a line to standard output at once, so that it is not lost where the round is ended.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Where inputs that ended a worker are kept, each with what was said and how to read it again.
final class FindingFolder {
  private let path: String
  /// One fault is found a thousand times: a few of a kind are enough to see it.
  private static let mostOfAKind = 5
  private var kept: [String: Int] = [:]

  init(_ path: String) { self.path = path }

  func keep(_ target: FuzzTarget, round: UInt64, number: Int, verdict: String, said: String) throws {
    let line = said.split(separator: "\n").first { $0.contains("rror") } ?? ""
    let kind = "\(target.name) \(verdict) \(line.prefix(120).filter { !$0.isNumber })"
    kept[kind, default: 0] += 1
    guard kept[kind, default: 0] <= Self.mostOfAKind else { return }
    let name = "\(target.name)-\(verdict.replacing(" ", with: "-"))-\(round)-\(number)"
    let folder = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let bytes = target.mutator.input(round: round, number: number).bytes
    try Data(bytes).write(to: folder.appendingPathComponent("input"))
    try Data(said.utf8).write(to: folder.appendingPathComponent("stderr"))
    let command = "ParserFuzzer --target \(target.name) --seed \(round) --first \(number) --inputs 1\n"
    try Data(command.utf8).write(to: folder.appendingPathComponent("command"))
    say("\(target.name) \(number): \(verdict): \(line)\n  kept in \(folder.path)")
  }
}
