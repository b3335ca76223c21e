import Reading

/// Requests that follow from each other's answers: at any time one of them is to be sent.
package protocol Dialogue {
  /// What is to be sent now; nil where there is nothing left to ask.
  var request: ServerRequest? { get }

  /// Takes the answer to `request`.
  ///
  /// - Throws: `ServerFault.malformed`.
  mutating func take(_ answer: JSONValue) throws(ServerFault)
}

/// One request, and its answer.
package struct SingleRequest: Dialogue {
  package private(set) var request: ServerRequest?
  package private(set) var answer: JSONValue?

  package init(_ request: ServerRequest) { self.request = request }

  package mutating func take(_ answer: JSONValue) throws(ServerFault) {
    self.answer = answer
    request = nil
  }
}

/// How probable some ids are after those before them.
package struct PromptScoring: Dialogue {
  private let engine: any Engine
  private let ids: [Int32]
  private let start: Int
  private let requests: [ServerRequest]
  private var part = 0
  package private(set) var readings: [TokenReading] = []

  /// - Parameter start: the first id that is scored, at least 1.
  package init(_ engine: any Engine, _ ids: [Int32], from start: Int) {
    self.engine = engine
    self.ids = ids
    self.start = start
    requests = engine.scoring(ids, from: start)
  }

  package var request: ServerRequest? { requests.indices.contains(part) ? requests[part] : nil }

  package mutating func take(_ answer: JSONValue) throws(ServerFault) {
    readings += try engine.readings(answer, of: ids, from: start, part: part)
    part += 1
    guard request == nil, readings.count != ids.count - start else { return }
    throw .malformed("scores \(readings.count) tokens where \(ids.count - start) were asked for")
  }
}
