import ChatTemplates
import Checkpoints
import Diagnostics
import Reading
import Suites

/// A model's chat template as samples go through it.
package struct TrainingTemplate: Sendable {
  package let template: ChatTemplate
  private let settings: ChatSettings
  /// Before conversations that have no message of the system's.
  private let system: String?

  /// A model's template, for a format; nil where the format has none, and where a format that does without has none to take.
  ///
  /// - Parameter file: names itself in messages of what it chose.
  /// - Throws: `InputError` where the model has no such template, and for a day that is none.
  package init?(for format: PromptFormat, of checkpoint: Checkpoint, _ choice: ChatChoice, file: String) throws {
    guard format.style == .template || format.style == .automatic else { return nil }
    let templates = try ChatTemplateSet(of: checkpoint)
    if format.style == .automatic, !templates.hasDefault { return nil }
    let template: ChatTemplate
    do {
      template = try templates.template(choice.template)
    } catch let error as InputError where choice.template != nil {
      throw InputError(
        file, field: "template", "\(error)", remedy: "name one of the base's, or a file; 'model' is the base's own")
    }
    try self.init(template, choice, file: file)
  }

  package init(_ template: ChatTemplate, _ choice: ChatChoice = ChatChoice(), file: String = "") throws {
    self.template = template
    settings = try ChatSettings(choice, file: file)
    system = choice.system
  }

  /// Everything that a sample's text depends on beside the sample.
  var identity: [String] {
    [template.source, settings.date.text, system.map { "system: \($0)" } ?? "no system"]
      + template.specialTokens.flatMap { [$0.name, $0.text] } + [JSONText.compact(.object(settings.arguments))]
  }

  /// A conversation as text.
  ///
  /// - Throws: `RenderingFault` where the template refuses the conversation, and where it writes nothing of its tools or their calls.
  func render(_ sample: ChatSample) throws -> RenderedChat {
    var sample = sample
    if let system, sample.messages.first.map({ $0["role"] != .string("system") }) ?? false {
      sample = sample.following(system: system)
    }
    let whole = try text(sample.messages.count, of: sample, prompted: false)
    if let tools = sample.tools, !tools.isOff, case .array = tools {
      guard try text(sample.messages.count, of: sample, prompted: false, tools: false).text != whole.text else {
        throw RenderingFault(
          problem: "has tools, and the chat template writes nothing of them",
          remedy: "leave the column out, or name another template")
      }
    }
    if sample.callsTools,
      (try? text(sample.messages.count, of: sample.withoutCalls, prompted: false).text) == whole.text
    {
      throw RenderingFault(
        problem: "calls tools, and the chat template writes nothing of the calls",
        remedy: "leave the line out, or name another template")
    }
    return RenderedChat(sample: sample, rendering: whole)
  }

  /// What of a conversation is learnt, in order.
  ///
  /// Of a conversation that is what the template marks with `{% generation %}`; where it marks nothing, each answer with all
  /// that ends it, as the prompt before it and the conversation up to it show. Of what stands behind a prompt, all of it.
  ///
  /// It renders the conversation twice an answer: to be asked of one that is not too long.
  ///
  /// - Throws: `RenderingFault` where the template refuses a part of the conversation.
  func parts(of chat: RenderedChat) throws -> [RenderedChat.Part] {
    let (sample, whole) = (chat.sample, chat.rendering)
    switch sample.learnt {
    case .completion(let given): return [.turn(try turn(from: given, to: sample.messages.count, sample))]
    case .turns(let places):
      let all = sample.messages.indices.filter { sample.role(of: $0) == ChatSample.Role.assistant.rawValue }
      if !whole.spans.isEmpty, !whole.hasUnplacedSpans, places == all || whole.spans.count == all.count {
        let spans = places == all ? whole.spans : places.compactMap { all.firstIndex(of: $0) }.map { whole.spans[$0] }
        return spans.map { .span($0) }
      }
      let said = chat.places
      return try places.map { place in
        var turn = try turn(from: place, to: place + 1, sample)
        turn.answer = said[place]
        turn.question = said[..<place].last { $0 != nil } ?? nil
        return .turn(turn)
      }
    }
  }

  /// What stands between the prompt behind the first messages and the end of others.
  private func turn(from start: Int, to end: Int, _ sample: ChatSample) throws -> RenderedChat.Turn {
    guard start > 0 else {
      throw RenderingFault(
        problem: "the conversation begins with an answer", remedy: "begin it with a message of the user's")
    }
    let isLast = end == sample.messages.count
    return RenderedChat.Turn(
      prompt: try text(start, of: sample, prompted: true).text,
      closed: isLast ? nil : try text(end, of: sample, prompted: false).text, content: sample.text(of: end - 1))
  }

  private func text(
    _ count: Int, of sample: ChatSample, prompted: Bool, tools: Bool = true
  ) throws -> CompiledTemplate.Rendering {
    var settings = settings
    settings.addsGenerationPrompt = prompted
    for argument in sample.arguments.members {
      settings.arguments = settings.arguments.setting(argument.key, to: argument.value)
    }
    let conversation = Conversation(
      messages: Array(sample.messages.prefix(count)), tools: tools ? sample.tools : nil)
    do {
      return try template.render(conversation, settings)
    } catch let error as InputError {
      throw RenderingFault(
        problem: "the chat template refuses it (\(words: error.problem))", remedy: "\(words: error.remedy)")
    }
  }
}

/// A conversation as text.
struct RenderedChat {
  enum Part {
    /// Bytes of the text.
    case span(Range<Int>)
    case turn(Turn)
  }

  struct Turn {
    /// The text that the model is asked with, the header of its answer at the end.
    let prompt: String
    /// The text up to the turn's end; nil where it is the whole.
    let closed: String?
    /// What the turn says.
    let content: String
    /// Where that stands in the text, in bytes, and what was said before it; nil where the template writes it otherwise, and where the turn
    /// may be several messages.
    var answer: Range<Int>?
    var question: Range<Int>?
  }

  /// As it was rendered, a system message put before it where there was none.
  let sample: ChatSample
  let rendering: CompiledTemplate.Rendering
  var text: String { rendering.text }

  /// Where in the text the messages of users and assistants stand, in bytes, one behind another; nil for one that is not found, or empty.
  var places: [Range<Int>?] {
    let bytes = Array(text.utf8)
    var offset = 0
    return sample.messages.indices.map { message in
      let content = Array(sample.text(of: message).stripped().utf8)
      guard sample.role(of: message) != ChatSample.Role.system.rawValue, !content.isEmpty,
        let found = bytes[offset...].firstRange(of: content)
      else { return nil }
      offset = found.upperBound
      return found
    }
  }
}
