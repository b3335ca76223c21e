/// The task's own samples behind one another.
struct SameTaskPrompt {
  let contents: [SampleContent]

  init(_ contents: [SampleContent]) { self.contents = contents }

  /// In the seed's few-shot form: `Q: prompt`, a new line, `A: completion`, one empty line between.
  var rendered: RenderedSample {
    let answers = contents.map { $0.completion.stripped() }
    let shots = zip(contents, answers).dropLast().map { "Q: \($0.prompt)\nA: \($1)\n\n" }.joined()
    return RenderedSample(
      prompt: shots + "Q: \(contents.last?.prompt ?? "")\nA:", completion: " " + (answers.last ?? ""),
      specialTokens: true, movesSpace: true, endsWithEOS: false)
  }

  /// As turns of one conversation, of which the last answer is learnt.
  ///
  /// The message of the system's is the last sample's own: one in the middle is what many templates refuse.
  var chat: ChatSample {
    let chats = contents.compactMap(\.chat?.untilLastLearnt)
    guard let last = chats.last else { return ChatSample([]) }
    let system = last.messages.first.map { last.role(of: 0) == ChatSample.Role.system.rawValue ? [$0] : [] } ?? []
    let messages = chats.flatMap { chat in
      chat.messages.indices.filter { chat.role(of: $0) != ChatSample.Role.system.rawValue }.map { chat.messages[$0] }
    }
    let whole = system + messages
    return ChatSample(
      messages: whole, learnt: .turns([whole.count - 1]), tools: last.tools, arguments: last.arguments)
  }
}
