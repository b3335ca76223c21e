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
    try self.init(templates.template(choice.template), choice, file: file)
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
  /// - Throws: `RenderingFault` where the template refuses the conversation, and where it writes nothing of its tools.
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
      return try places.map { .turn(try turn(from: $0, to: $0 + 1, sample)) }
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
  }

  /// As it was rendered, a system message put before it where there was none.
  let sample: ChatSample
  let rendering: CompiledTemplate.Rendering
  var text: String { rendering.text }
}

extension ChatSettings {
  /// What a file chose to tell a template.
  ///
  /// - Throws: `InputError` for a day that is none.
  package init(_ choice: ChatChoice, file: String) throws {
    self.init()
    for name in choice.arguments.keys.sorted() {
      _ = arguments.append(name, JSONValue(argument: choice.arguments[name] ?? ""))
    }
    guard let text = choice.date else { return }
    guard let day = PinnedDate(text) else {
      throw InputError(file, field: "chat.date", "'\(text)' is no day", remedy: "write it as 2026-11-27")
    }
    date = day
  }
}
