import Diagnostics
import Reading
import Tokenizers

extension SampleEncoder {
  /// A sample, and what a model would be asked with that is not in it.
  package struct Encoded: Sendable {
    package let sample: TrainingSample
    /// The end of a prompt that the template renders otherwise within the conversation, so that it is trained behind less than it is asked
    /// behind; nil where there is none.
    package let leftOut: String?
    /// Whether a special token is learnt, as what ends an answer is.
    package let learnsToEnd: Bool
  }

  /// Encodes what a line says, in a format.
  ///
  /// - Throws: `RenderingFault` for a sample without loss tokens, one that does not fit the context, a token that the model does not have,
  ///   and what the format or the model's template has no place for.
  package func encode(
    _ content: SampleContent, _ format: PromptFormat, kind: TrainingSample.Kind
  ) throws -> Encoded {
    switch (content, format.style) {
    case (.text(let text), _): encoded(try encode(text: text, format, kind: kind))
    case (.segments(let segments), _): encoded(try encode(segments, kind: kind))
    case (.chat(let chat), .automatic), (.chat(let chat), .template): try encode(chat, kind: kind)
    case (.pair, .template):
      try encode(content.chat ?? ChatSample([]), kind: kind)
    default: encoded(try encode(try format.render(content), kind: kind))
    }
  }

  private func encoded(_ sample: TrainingSample, leftOut: String? = nil) -> Encoded {
    Encoded(
      sample: sample, leftOut: leftOut, learnsToEnd: sample.scored.contains { tokenizer.isSpecial(sample.ids[$0]) })
  }

  /// Encodes a conversation as the model's chat template renders it, special tokens being those that it spells.
  package func encode(_ chat: ChatSample, kind: TrainingSample.Kind) throws -> Encoded {
    guard let template else {
      if let templateFault {
        throw RenderingFault(
          problem: "the base model's chat template cannot be used (\(templateFault))",
          remedy: "name a template file in the recipe, or write format: chatml or llama3, or a mustache template")
      }
      throw RenderingFault(
        problem: "the base model has no chat template for conversations",
        remedy: "name a template file in the recipe, or write format: chatml or llama3, or a mustache template")
    }
    guard chat.answers.contains(where: { !chat.isSilent($0) }) else {
      throw RenderingFault(
        problem: "the sample has no token that loss is taken on", remedy: "write an answer, or leave the line out")
    }
    return try encode(try template.render(chat), through: template, kind: kind)
  }

  private func encode(
    _ chat: RenderedChat, through template: TrainingTemplate, kind: TrainingSample.Kind
  ) throws -> Encoded {
    let ids = tokenizer.encodePrompt(chat.text, addSpecialTokens: false)
    if let bos = tokenizer.bosTokenID, ids.count > 1, ids[0] == bos, ids[1] == bos {
      throw RenderingFault(
        problem: "the conversation begins with two BOS tokens", remedy: "mend the chat template, or give another")
    }
    try check(ids)
    let parts = try template.parts(of: chat)
    var scored: [Int] = []
    var leftOut: String?
    for (number, part) in parts.enumerated() {
      switch part {
      case .span(let span): scored += positions(of: [span], of: chat.text, in: ids).drop { $0 <= scored.last ?? 0 }
      case .turn(let turn):
        let prompt = tokenizer.encodePrompt(turn.prompt, addSpecialTokens: false)
        var start = ids.commonPrefix(prompt)
        if let own = beginning(of: turn, notBefore: start, in: ids, of: chat.text) { start = own }
        if start < prompt.count, leftOut == nil { leftOut = tokenizer.decode(Array(prompt[start...])) }
        let end = try end(of: turn, from: start, before: next(number, parts, ids), in: ids, of: chat.text)
        scored += max(start, 1, (scored.last ?? -1) + 1)..<max(start, 1, (scored.last ?? -1) + 1, end)
      }
    }
    guard !scored.isEmpty else {
      throw RenderingFault(
        problem: "the chat template writes no token that loss is taken on", remedy: "give another chat template")
    }
    return encoded(TrainingSample(ids: ids, scored: scored, kind: kind), leftOut: leftOut)
  }

  /// Where an answer's text begins whose prompt the template renders otherwise even before the question's end, such as one that has the
  /// system's message before its last question: nothing of a question is learnt. Nil where the answer begins behind the prompt.
  private func beginning(
    of turn: RenderedChat.Turn, notBefore start: Int, in ids: [Int32], of text: String
  ) -> Int? {
    guard let question = turn.question, let answer = turn.answer,
      let asked = positions(of: [question], of: text, in: ids).last, start <= asked
    else { return nil }
    return positions(of: [answer], of: text, in: ids).first
  }

  /// Where the next turn that is learnt begins.
  private func next(_ number: Int, _ parts: [RenderedChat.Part], _ ids: [Int32]) -> Int {
    guard parts.indices.contains(number + 1), case .turn(let turn) = parts[number + 1] else {
      return ids.count
    }
    return ids.commonPrefix(tokenizer.encodePrompt(turn.prompt, addSpecialTokens: false))
  }

  /// Where a turn ends that begins at `start`, what ends it included.
  ///
  /// That is where the conversation up to it ends. Where a template renders the last answer otherwise than others, it is behind the first
  /// special token behind what the turn says, and white space that follows.
  private func end(
    of turn: RenderedChat.Turn, from start: Int, before next: Int, in ids: [Int32], of text: String
  ) throws -> Int {
    guard let closed = turn.closed else { return ids.count }
    let own = tokenizer.encodePrompt(closed, addSpecialTokens: false)
    let common = ids.commonPrefix(own)
    if common == own.count, common > start { return common }
    guard turn.answer != nil || turn.content.stripped().isEmpty else {
      throw RenderingFault(
        problem: "where an answer ends that the chat template renders otherwise in a conversation cannot be told",
        remedy: "give a template that marks answers with {% generation %}")
    }
    var end = turn.answer.flatMap { positions(of: [$0], of: text, in: ids).last }.map { $0 + 1 } ?? start
    guard let terminator = (end..<max(end, next)).first(where: { tokenizer.isSpecial(ids[$0]) }) else { return end }
    end = terminator + 1
    while end < next, !tokenizer.isSpecial(ids[end]), tokenizer.decode([ids[end]]).stripped().isEmpty { end += 1 }
    return end
  }

  /// A text as the tokenizer encodes one; every token but the first is learnt.
  private func encode(text: String, _ format: PromptFormat, kind: TrainingSample.Kind) throws -> TrainingSample {
    var ids = tokenizer.encodePrompt(text)
    if format.endsWithEOS { ids = try ending(ids) }
    guard ids.count > 1 else {
      throw RenderingFault(
        problem: "the sample has no token that loss is taken on", remedy: "write more text, or leave the line out")
    }
    try check(ids)
    return TrainingSample(ids: ids, scored: Array(1..<ids.count), kind: kind)
  }

  /// Segments, each encoded by itself and without special tokens but those that it spells.
  private func encode(_ segments: [TextSegment], kind: TrainingSample.Kind) throws -> TrainingSample {
    var ids: [Int32] = []
    var scored: [Int] = []
    for segment in segments {
      let own = tokenizer.encodePrompt(segment.text, addSpecialTokens: false)
      if segment.isLearnt { scored += max(1, ids.count)..<max(1, ids.count + own.count) }
      ids += own
    }
    guard !scored.isEmpty else {
      throw RenderingFault(
        problem: "the sample has no token that loss is taken on",
        remedy: "mark a segment behind the first with \"label\": true")
    }
    try check(ids)
    return TrainingSample(ids: ids, scored: scored, kind: kind)
  }
}

extension ChatSample {
  /// Whether an answer says nothing and calls nothing.
  func isSilent(_ place: Int) -> Bool {
    text(of: place).stripped().isEmpty && (messages[place]["tool_calls"]?.isOff ?? true)
  }
}
