import Diagnostics
import Reading

/// Small tasks that few-shot prompts are made of: a `pool.yaml` and the items files beside it.
package struct FewShotPool: Sendable {
  package struct Task: Sendable {
    package let name: String
    /// The query as text with one `{input}`.
    package let template: String
    /// What stands between the query and its answer.
    package let answerPrefix: String
    /// What stands between a demonstration and what follows it.
    package let separator: String
    package let items: [Item]
    /// The items file.
    package let path: String
    /// As the file was when it was read.
    let stamp: FileStamp?
  }

  package struct Item: Sendable, Equatable {
    package let input: String
    package let output: String
    /// In the items file, from 1.
    package let line: Int
  }

  package let path: String
  /// Never empty, in the file's order.
  package let tasks: [Task]

  private static let keys = ["task", "items", "template", "answer_prefix", "separator", "source", "licence"]

  /// - Throws: `InputError` for a file that cannot be read or does not say what it should.
  package static func read(_ path: String) throws -> FewShotPool {
    let fields = try YAMLMapping(file: path, known: ["tasks"], ifAbsent: Recipe.absentRemedy)
    let tasks = try fields.sections("tasks", of: "tasks", such: "- task: …", known: keys).map { try task($0) }
    let names = Dictionary(grouping: tasks, by: \.name)
    if let twice = names.first(where: { $0.value.count > 1 })?.key {
      throw fields.error("tasks", "'\(twice)' is given twice", remedy: "give every task a name of its own")
    }
    return FewShotPool(path: path, tasks: tasks)
  }

  private static func task(_ fields: YAMLMapping) throws -> Task {
    func text(_ key: String) throws -> String { try fields.required(key, try fields.text(key)) }
    let template = try text("template")
    guard template.split(separator: "{input}", omittingEmptySubsequences: false).count == 2 else {
      throw fields.error("template", "does not have {input} exactly once", remedy: #"write such as "Q: {input}\nA:""#)
    }
    let name = try text("items")
    guard !name.contains("/"), !name.hasPrefix("."), !name.contains("\0") else {
      throw fields.error(
        "items", "is not the name of a file in the same folder", remedy: "move the items file beside pool.yaml")
    }
    let path = fields.resolve(name)
    let stamp = FileStamp.of(path)
    return Task(
      name: try text("task"), template: template, answerPrefix: try fields.text("answer_prefix") ?? " ",
      separator: try fields.text("separator") ?? "\n\n", items: try items(path), path: path,
      stamp: stamp)
  }

  private static func items(_ path: String) throws -> [Item] {
    let example: ShownText = #"{"input": "…", "output": "…"}"#
    let items = try DataFile.readLines(path, known: ["input", "output"], example: example) { line in
      let input = try line.required("input", try line.text("input"))
      let output = try line.required("output", try line.text("output"))
      guard !output.stripped().isEmpty else {
        throw line.error("the output is empty", remedy: "write an answer, or leave the line out")
      }
      return Item(input: input, output: output, line: line.number)
    }
    guard !items.isEmpty else { throw InputError(path, "the data file is empty", remedy: "write one item a line") }
    var lines: [String: Int] = [:]
    for item in items {
      if let first = lines.updateValue(item.line, forKey: item.input) {
        throw InputError(path, field: "line \(item.line)", "has the input of line \(first)", remedy: "leave one out")
      }
    }
    return items
  }
}

/// A few-shot prompt as text, the query's answer included.
struct FewShotPrompt: Equatable {
  let text: String
  /// Where each answer is, without its prefix's white space being cut off: ranges of UTF-8 offsets, the query's last.
  let answers: [Range<Int>]
  private let exchanges: [Exchange]

  private struct Exchange: Equatable {
    let question: String
    let answer: String
  }

  /// Demonstrations, then the query and its answer.
  init(_ items: [FewShotPool.Item], of task: FewShotPool.Task) {
    var text = ""
    var answers: [Range<Int>] = []
    var exchanges: [Exchange] = []
    let parts = task.template.split(separator: "{input}", maxSplits: 1, omittingEmptySubsequences: false)
    for (index, item) in items.enumerated() {
      if index > 0 { text += task.separator }
      let question = "\(parts.first ?? "")\(item.input)\(parts.dropFirst().first ?? "")"
      exchanges.append(Exchange(question: question, answer: item.output))
      text += question
      let start = text.utf8.count
      text += task.answerPrefix + item.output
      answers.append(start..<text.utf8.count)
    }
    self.text = text
    self.answers = answers
    self.exchanges = exchanges
  }

  /// The same as turns of a conversation, as suites are asked as chats.
  ///
  /// - Parameter learnt: which items' answers are, from 0.
  func chat(learning learnt: some RangeExpression<Int>) -> ChatSample {
    let messages = exchanges.flatMap { exchange -> [(role: ChatSample.Role, content: String)] in
      [(.user, exchange.question), (.assistant, exchange.answer)]
    }
    return ChatSample(messages, answering: exchanges.indices.filter(learnt.contains).map { 2 * $0 + 1 })
  }

  /// The prompt before the query's answer, and that answer.
  var rendered: RenderedSample {
    let bytes = Array(text.utf8)
    let start = answers.last?.lowerBound ?? bytes.count
    return RenderedSample(
      prompt: String(decoding: bytes[..<start], as: UTF8.self),
      completion: String(decoding: bytes[start...], as: UTF8.self), specialTokens: true, movesSpace: true,
      endsWithEOS: false)
  }
}
