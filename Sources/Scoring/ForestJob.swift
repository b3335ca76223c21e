import Suites
import Tokenizers
import Transformer

/// Requests that go through the engine together, as one prefix forest, and what each still waits for.
struct ForestJob {
  /// One request's place in the forest.
  struct Entry {
    let batch: Int
    let index: Int
    let request: Request
    let encoded: EncodedRequest
    /// After each of these nodes the model predicts: one a continuation token, and one more where the request has a rule.
    let predictions: [PrefixForest.Target]
  }

  private(set) var forest = PrefixForest()
  private(set) var entries: [Entry] = []
  private(set) var plainRows = 0
  let adapter: Int?

  init(adapter: Int?) { self.adapter = adapter }

  /// The tokens that are read: the last one is only predicted where nothing is wanted after it.
  static func rows(of request: Request, _ encoded: EncodedRequest) -> ArraySlice<Int32> {
    request.exactMatch != nil ? encoded.ids[...] : encoded.ids.dropLast()
  }

  /// - Parameter terminator: the token whose logprob after the answer is kept, for requests with a rule.
  mutating func add(_ request: Request, _ encoded: EncodedRequest, terminator: Int32?, batch: Int, index: Int) {
    let needsEnd = request.exactMatch != nil
    let rows = Self.rows(of: request, encoded)
    let path = forest.insert(rows, adapter: adapter)
    plainRows += rows.count
    var predictions: [PrefixForest.Target] = []
    for (offset, token) in encoded.continuation.enumerated() {
      predictions.append(forest.want(token, after: path[encoded.contextCount - 1 + offset]))
    }
    if needsEnd, let last = path.last, let terminator { predictions.append(forest.want(terminator, after: last)) }
    entries.append(Entry(batch: batch, index: index, request: request, encoded: encoded, predictions: predictions))
  }
}
