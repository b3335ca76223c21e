import Diagnostics
import Reading
import Scoring
import Suites

/// A model of a server that only writes text: chat endpoints, Ollama, a hoster's own fine-tunes. Whether an answer is right is all that it can
/// be asked.
package struct WritingModel: Sendable {
  /// With the model's name.
  package let address: ServerAddress
  package let access: ServerAccess
  package let facts: ServerFacts
  /// What is taken on trust, a line each.
  package let notes: [String]
  /// What its chat template is told.
  let arguments: JSONObject
  let form: any WritingForm
  let transport: any Transport

  /// Finds out what the server takes, and which of its models is meant.
  ///
  /// - Parameter arguments: what its chat template is told, as of a model that thinks before it answers where it is told nothing.
  /// - Throws: `InputError` where nobody answers, the model is not there, or nothing writes text.
  package static func open(
    _ address: ServerAddress, _ access: ServerAccess, arguments: JSONObject = JSONObject(),
    transport: (any Transport)? = nil
  ) throws -> WritingModel {
    try WritingSearch(address, access, arguments, try transport ?? CurlTransport(address, access)).find()
  }

  /// The version of its scores: they never meet those of another engine or version, or scores by logprobs.
  package var numericsID: String { "written by \(facts.build), scoring \(scoringVersion)" }

  func pump() -> RequestPump { RequestPump(transport, address, access, knock: ServedModel.knock) }

  /// A suite's request as it is put to the server.
  ///
  /// - Throws: `InputError` for a chat that was rendered already.
  package func prompt(_ request: Request) throws -> WritingPrompt {
    if let prompt = WritingPrompt(request) { return prompt }
    throw InputError(
      address.description,
      "is asked for text alone, through its own chat template, and the suite's chats are rendered here",
      remedy: "save the baseline again from the server, with answers: written")
  }

  /// The request for greedy text.
  ///
  /// - Throws: `InputError` where the server takes no prompts of this kind.
  func request(_ prompt: WritingPrompt, count: Int, stop: String = "", logprobs: Bool = false) throws -> ServerRequest {
    if let refusal = form.refusal(of: prompt, count: count) { throw refusal.error(address) }
    return form.request(prompt, count: count, stop: stop, logprobs: logprobs)
  }

  /// Greedy texts.
  ///
  /// - Parameters:
  ///   - stops: where each text may be cut.
  ///   - most: how many at a time.
  package func write(
    after prompts: [WritingPrompt], count: Int, stops: [String]? = nil, logprobs: Bool = false, most: Int = .max,
    written: (Int, WrittenText) throws -> Void
  ) throws {
    let requests = try prompts.enumerated().map { place, prompt in
      try request(prompt, count: count, stop: stops?[place] ?? "", logprobs: logprobs)
    }
    var next = 0
    try pump().run(
      {
        guard next < requests.count else { return nil }
        defer { next += 1 }
        return Numbered(number: next, inner: SingleRequest(requests[next]))
      }, most: most
    ) { (dialogue: Numbered<SingleRequest>) in
      let text: WrittenText
      do throws(ServerFault) { text = try form.written(dialogue.inner.answer ?? .null) } catch {
        throw error.error(address)
      }
      try written(dialogue.number, text)
    }
  }
}
