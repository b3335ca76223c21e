import Diagnostics
import Reading
import Suites

/// Something about a contrast that its reader should know.
package struct Note: Sendable, Hashable, Codable {
  package enum Severity: String, Sendable, Codable {
    /// Said in the report.
    case note
    /// Said in the verdict line too.
    case warning
  }

  package let severity: Severity
  package let text: String

  package init(_ severity: Severity, _ text: String) {
    self.severity = severity
    self.text = text
  }
}

/// Whether a candidate's scores may be contrasted with a baseline's.
package enum Comparability {
  /// Compares what was asked, and of whom.
  ///
  /// - Returns: what differs without making the contrast wrong: another tokenizer file (a note), another storage precision or
  ///   another numeric version (warnings).
  /// - Throws: `NotGateable`, the difference named, where suite, prompts, draws, scoring, BOS policy or a task's token ids
  ///   differ.
  package static func check(baseline: RunDescription, candidate: RunDescription) throws -> [Note] {
    let (base, other) = (baseline.suite, candidate.suite)
    try demandEqual("suite", "\(base.name) version \(base.version)", "\(other.name) version \(other.version)")
    try demandEqual("suite seed", "\(base.seed)", "\(other.seed)")
    try demandEqual("suite content hash", base.hash, other.hash)
    try demandEqual("number of draws", "\(baseline.draws)", "\(candidate.draws)")
    try demandEqual(
      "prompt form", baseline.chat?.form.rawValue ?? "raw", candidate.chat?.form.rawValue ?? "raw",
      remedy: "raw and chat scores never meet: ask both in one form")
    try demandEqual(
      "engine", baseline.server?.build ?? "holdfast's own", candidate.server?.build ?? "holdfast's own",
      remedy: "scores of two engines never meet: serve both with one build, or gate files against a baseline of files")
    try demandEqual("scoring version", "\(baseline.scoring)", "\(candidate.scoring)")
    if candidate.isAskedItsOwnWay {
      try checkMessages(baseline: baseline, candidate: candidate)
    } else {
      try demandEqual("prompt hash", base.promptHash, other.promptHash)
      try demandEqual(
        "BOS policy", baseline.bos, candidate.bos,
        remedy: "the tokenizer files differ: gate it against a baseline of the model it was made from")
      try checkTokens(baseline: baseline, candidate: candidate)
    }
    try checkBase(baseline: baseline.model, candidate: candidate.model)
    return notes(
      baseline: baseline.model, candidate: candidate.model, sameTokens: !candidate.isAskedItsOwnWay)
      + (baseline.numerics == candidate.numerics
        ? []
        : [Note(.warning, "numerics differ: baseline \(baseline.numerics), candidate \(candidate.numerics)")])
      + templateNotes(baseline: baseline, candidate: candidate)
  }

  /// How both were asked as a chat; that the candidate ships another template than the one it is asked through, and where the two part.
  private static func templateNotes(baseline: RunDescription, candidate: RunDescription) -> [Note] {
    guard let chat = baseline.chat else { return [] }
    let form = chat.form == .chat ? "demonstrations as turns" : "demonstrations in one message"
    let thinking = chat.closesThinking ? "; the think block that it opens is closed, empty" : ""
    let told = chat.arguments == "{}" ? "" : ", told \(shown(chat.arguments, limit: 200))"
    let asked = Note(
      .note,
      "asked as a chat, \(form), through \(chat.sendsMessages ? "the server's own template" : "the baseline's template (\(chat.templateHash.prefix(12)))")\(told)\(thinking)"
    )
    if candidate.isAskedItsOwnWay, let own = candidate.chat {
      let closed = own.closesThinking ? "; the think block that it opens is closed, empty" : ""
      return [
        Note(
          .warning,
          "asked through the chat template that the candidate ships (\(own.templateHash.prefix(12))), the baseline through its own "
            + "(\(chat.templateHash.prefix(12))): \(firstDifference(chat.template, own.template)); the messages are the same\(told)\(closed)"
        )
      ]
    }
    guard let own = candidate.ownTemplate, !ChatDescription.isSameTemplate(own, chat.template) else { return [asked] }
    return [
      asked,
      Note(
        .warning,
        "the candidate ships another chat template than the baseline's, through which it was asked: "
          + firstDifference(chat.template, own)),
    ]
  }

  /// A template's lines, by their bytes; the line break at its end is none to jinja2.
  private static func lines(_ template: String) -> [ExactText] {
    let lines = template.split(separator: "\n", omittingEmptySubsequences: false).map { ExactText(String($0)) }
    return lines.last == ExactText("") ? lines.dropLast() : lines
  }

  /// The same messages, put otherwise: all that a chat depends on but its template.
  private static func checkMessages(baseline: RunDescription, candidate: RunDescription) throws {
    guard let asked = baseline.chat, let own = candidate.chat, asked.arguments == own.arguments,
      asked.date == own.date, asked.system == own.system, asked.instructions == own.instructions
    else {
      throw notComparable(
        "what the chat templates are told differs", remedy: "save the baseline again with the present configuration")
    }
  }

  /// Where another template parts from one.
  package static func firstDifference(_ asked: String, _ own: String) -> String {
    let (asked, own) = (lines(asked), lines(own))
    let place =
      zip(asked, own).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(asked.count, own.count)
    func text(_ lines: [ExactText]) -> String {
      lines.indices.contains(place) ? "'\(shown(lines[place].text, limit: 60))'" : "the end"
    }
    return "line \(place + 1) is \(text(own)), not \(text(asked))"
  }

  /// An adapter is judged by what it does to the baseline's own model. On the same weights stored otherwise that is a warning, which
  /// `notes` gives; on other weights its verdict would be about the base.
  private static func checkBase(baseline: ModelDescription, candidate: ModelDescription) throws {
    guard candidate.adapter != nil, candidate.weights != baseline.weights, candidate.storage == baseline.storage else {
      return
    }
    throw notComparable(
      "the adapter sits on other weights (\(candidate.weights.prefix(12))) than the baseline's (\(baseline.weights.prefix(12)))",
      remedy: "put it on the baseline's model, or save a baseline of its own base")
  }

  private static func checkTokens(baseline: RunDescription, candidate: RunDescription) throws {
    let tasks = Set(baseline.tokenHashes.keys).union(candidate.tokenHashes.keys).sorted()
    for task in tasks where baseline.tokenHashes[task] != candidate.tokenHashes[task] {
      guard baseline.tokenHashes[task] != nil, candidate.tokenHashes[task] != nil else {
        let without = baseline.tokenHashes[task] == nil ? "baseline" : "candidate"
        throw notComparable("the \(without) has no token ids of task \(task)", remedy: "score the whole suite")
      }
      throw notComparable(
        "the token ids of task \(task) differ: the candidate's tokenizer reads the same text otherwise",
        remedy: "gate it against a baseline of the model it was made from")
    }
  }

  private static func notes(
    baseline: ModelDescription, candidate: ModelDescription, sameTokens: Bool
  ) -> [Note] {
    var notes: [Note] = []
    if baseline.tokenizer != candidate.tokenizer {
      notes.append(
        Note(.note, "another tokenizer file\(sameTokens ? ", the same token ids for every request" : "")"))
    }
    if baseline.storage != candidate.storage {
      notes.append(Note(.warning, "storage differs: baseline \(baseline.storage), candidate \(candidate.storage)"))
    }
    return notes
  }

  private static func notComparable(_ difference: ShownText, remedy: ShownText) -> NotGateable {
    NotGateable("baseline and candidate are not comparable: \(difference); \(remedy)")
  }

  private static func demandEqual(
    _ what: String, _ baseline: String, _ candidate: String,
    remedy: ShownText = "save the baseline again with the present suite and version"
  ) throws {
    guard baseline != candidate else { return }
    // A hash is compared whole and shown short.
    let (base, other) = (baseline.prefix(40), candidate.prefix(40))
    throw notComparable(
      "the \(what) differs (baseline \(base), candidate \(other))",
      remedy: remedy)
  }
}
