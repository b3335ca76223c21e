import Foundation

/// What Tests/Goldens/suites/make_goldens.py computed.
struct Goldens: Decodable {
  struct Rule: Decodable {
    let accepted: [String]
    let stop: String
  }
  struct Request: Decodable {
    let context: String
    let continuation: String
    let special: Bool
    let rule: Rule?
    let id: String
  }
  struct Drawn: Decodable {
    let task: String
    let block: Int
    let draw: Int
    let drawn: [String]
    let item: String
    let context: String
    let continuation: String
    let request: String
  }
  struct Labelled: Decodable {
    let drawn: [[String]]
  }

  let splitmix: [String]
  let below: [Int]
  let requests: [Request]
  let smoke: [Drawn]
  let labelled: Labelled

  static func load() throws -> Goldens {
    let file = repository.appendingPathComponent("Tests/Goldens/suites/goldens.json")
    return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
  }
}
