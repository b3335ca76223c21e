import Diagnostics
import Foundation
import Reading
import Suites

extension Baseline {
  /// The file's bytes: one JSON document with one line for each task and for each score, so that a diff is readable. The
  /// same baseline always gives the same bytes.
  package func encoded() throws -> Data {
    func json(_ value: some Encodable) throws -> String { String(decoding: try shownJSON(value), as: UTF8.self) }

    var names: [String: String] = [:]
    func quoted(_ name: String) throws -> String {
      if let known = names[name] { return known }
      let text = try json(name)
      names[name] = text
      return text
    }

    let hashes = try run.tokenHashes.sorted { $0.key < $1.key }.map { "    \(try json($0.key)): \(try json($0.value))" }
    let admissions = try admission.map { "    \(try json($0))" }
    let lines = try scores.map { score in
      let logprob = score.logprob.map { String(format: "%.6f", $0) } ?? "null"
      let choice = score.choiceCorrect.map { $0 ? "1" : "0" } ?? "null"
      return #"    {"task":\#(try quoted(score.task)),"item":\#(try quoted(score.item)),"k":\#(score.k),"#
        + #""draw":\#(score.draw),"block":\#(score.block),"exact_match":\#(score.exactMatch ? 1 : 0),"#
        + #""logprob":\#(logprob),"choice":\#(choice)}"#
    }
    let text = """
      {
        "schema_version": \(Self.schemaVersion),
        "created_by": \(try json(createdBy)),
        "model": \(try json(run.model)),
        "numerics": \(try json(run.numerics)),
        "scoring": \(run.scoring),
        "bos": \(try json(run.bos)),\(try run.chat.map { "\n  \"chat\": \(try json($0))," } ?? "")\(
          try run.server.map { "\n  \"server\": \(try json($0))," } ?? "")
        "suite": \(try json(run.suite)),
        "draws": \(run.draws),
        "family_margin": \(try json(familyMargin)),
        "token_hashes": {
      \(hashes.joined(separator: ",\n"))
        },
        "admission": [
      \(admissions.joined(separator: ",\n"))
        ],
        "scores": [
      \(lines.joined(separator: ",\n"))
        ]
      }

      """
    return Data(text.utf8)
  }

  /// Refuses to write a baseline in the place of what is none: a configuration, a ledger, a suite's items.
  ///
  /// - Throws: `InputError` where a file is there that does not begin as a baseline does.
  package static func demandReplaceable(_ path: String) throws {
    guard let file = FileHandle(forReadingAtPath: path) else { return }
    defer { try? file.close() }
    let head = (try? file.read(upToCount: 256)) ?? Data()
    guard !head.isEmpty, head.range(of: Data("\"schema_version\"".utf8)) == nil else { return }
    throw InputError(
      path, "is there already, is no baseline, and would be replaced", remedy: "name another file, or remove it first")
  }

  /// Writes the file, complete or not at all.
  ///
  /// - Throws: `InputError` where the folder cannot be made or written.
  package func save(to path: String) throws {
    try OutputFile.write(try encoded(), to: path)
  }
}
