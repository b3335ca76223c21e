import Diagnostics
import Foundation
import Reading
import Suites

extension Baseline {
  /// Far above the largest suite, far below what would exhaust memory.
  private static let sizeLimit = 1 << 28

  /// Reads a baseline file.
  ///
  /// - Throws: `InputError`, file and field named, where it is missing, too large, not JSON, of another schema version, or
  ///   where its parts are missing, twice there, out of range or contradict each other.
  package static func load(_ path: String) throws -> Baseline {
    try decode(try readFile(path, limit: sizeLimit, absent: "make it with 'holdfast baseline save'"), file: path)
  }

  /// - Parameter file: what messages call the data.
  static func decode(_ data: Data, file: String) throws -> Baseline {
    let version = try decode(Version.self, from: data, file: file).schemaVersion
    guard version == schemaVersion else {
      throw InputError(
        file, field: "schema_version", "is \(version), this program reads \(schemaVersion)",
        remedy: version > schemaVersion ? "use a newer holdfast" : "save the baseline again")
    }
    let contents = try decode(Contents.self, from: data, file: file)
    let run = try decode(RunDescription.self, from: data, file: file)
    return try Baseline(
      createdBy: contents.createdBy, run: run, familyMargin: contents.familyMargin, admission: contents.admission,
      scores: contents.scores.map(\.score), file: file)
  }

  private struct Version: Decodable {
    let schemaVersion: Int
    enum CodingKeys: String, CodingKey { case schemaVersion = "schema_version" }
  }

  private struct Contents: Decodable {
    let createdBy: String
    let familyMargin: Double
    let admission: [TaskAdmission]
    let scores: [Line]

    enum CodingKeys: String, CodingKey {
      case admission, scores
      case createdBy = "created_by"
      case familyMargin = "family_margin"
    }
  }

  /// One element of `scores`.
  private struct Line: Decodable {
    let score: ItemScore

    private enum CodingKeys: String, CodingKey {
      case task, item, k, draw, block, logprob, choice
      case exactMatch = "exact_match"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      func flag(_ key: CodingKeys, _ number: Int) throws -> Bool {
        guard number == 0 || number == 1 else {
          throw DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: "is neither 0 nor 1")
        }
        return number == 1
      }
      for key in [CodingKeys.choice, .logprob] where !values.contains(key) {
        throw DecodingError.keyNotFound(key, .init(codingPath: decoder.codingPath, debugDescription: ""))
      }
      score = ItemScore(
        task: try values.decode(String.self, forKey: .task), item: try values.decode(String.self, forKey: .item),
        block: try values.decode(Int.self, forKey: .block), k: try values.decode(Int.self, forKey: .k),
        draw: try values.decode(Int.self, forKey: .draw), condition: .gold,
        exactMatch: try flag(.exactMatch, values.decode(Int.self, forKey: .exactMatch)),
        logprob: try values.decode(Double?.self, forKey: .logprob),
        choiceCorrect: try values.decode(Int?.self, forKey: .choice).map { try flag(.choice, $0) })
    }
  }
}

extension Baseline {
  private static func decode<Value: Decodable>(_ type: Value.Type, from data: Data, file: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      let (path, problem) = describe(error)
      throw InputError(file, field: path.isEmpty ? nil : path, problem, remedy: "save the baseline again")
    }
  }

  private static func describe(_ error: DecodingError) -> (field: String, problem: ShownText) {
    switch error {
    case .keyNotFound(let key, let context): (place(context.codingPath + [key]), "is missing")
    case .valueNotFound(_, let context): (place(context.codingPath), "is null")
    case .typeMismatch(let type, let context): (place(context.codingPath), "is not of type \(type)")
    case .dataCorrupted(let context) where context.codingPath.isEmpty: ("", "not valid JSON")
    case .dataCorrupted(let context): (place(context.codingPath), "\(context.debugDescription)")
    @unknown default: ("", "cannot be read")
    }
  }

  /// "scores[17].logprob"
  private static func place(_ path: [any CodingKey]) -> String {
    path.reduce(into: "") { text, key in
      if let index = key.intValue, !text.isEmpty {
        text += "[\(index)]"
      } else {
        text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }
}
