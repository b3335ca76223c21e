import Foundation
import Gating
import Suites
import Testing

@Suite("Tasks that the fine-tuning was about")
struct RelatedTasksTests {
  private func task(_ name: String, outputs: [String], choices: [String]? = nil) -> TaskDefinition {
    TaskDefinition(
      name: name, family: "made", version: 1, template: "{input}", answerPrefix: " ", separator: "\n", stop: "\n",
      shots: [0, 1], blockSize: 8, pool: .first(4), conditions: [.gold], source: "made", licence: "CC0-1.0",
      items: outputs.enumerated().map { index, output in
        Item(id: "i\(index)", input: "q\(index)", output: output, choices: choices)
      }, file: "\(name).yaml")
  }

  /// `count` items that give the answers in turn.
  private func items(_ count: Int, _ answers: String...) -> [String] { (0..<count).map { answers[$0 % answers.count] } }

  private func related(_ tasks: TaskDefinition..., labels: [String]) -> Set<String> {
    relatedTasks(
      of: Suites.Suite(name: "made", version: 1, seed: 1, description: "", tasks: tasks, path: "made"), labels: labels)
  }

  @Test("a task with the fine-tuning's labels is related, whatever their case, space and order; its neighbours are not")
  func same() {
    let sentiment = task(
      "sentiment", outputs: items(16, "positive", "negative"), choices: ["positive", "negative"])
    let topic = task("topic", outputs: items(16, "sports", "music"), choices: ["sports", "music"])
    let plural = task("plural", outputs: (0..<16).map { "word\($0)" })
    for labels in [["negative", "positive"], [" Positive", "NEGATIVE\n"], ["neutral", "positive", "negative"]] {
      #expect(related(sentiment, topic, plural, labels: labels) == ["sentiment"])
    }
    #expect(related(sentiment, topic, plural, labels: []).isEmpty)
    #expect(related(sentiment, topic, plural, labels: ["", " "]).isEmpty)
  }

  @Test("labels without declared choices count where there are at most 16 and each is given four times on the average")
  func undeclared() {
    let labels = ["yes", "no"]
    #expect(related(task("t", outputs: items(8, "Yes", "No")), labels: labels) == ["t"])
    #expect(related(task("t", outputs: items(7, "yes", "no")), labels: labels).isEmpty)
    let many = (0..<14).map { "label\($0)" }
    func outputs(_ answers: [String]) -> [String] { Array(repeating: answers, count: 4).flatMap { $0 } }
    #expect(related(task("t", outputs: outputs(many + labels)), labels: labels) == ["t"])
    #expect(related(task("t", outputs: outputs(many + labels + ["maybe"])), labels: labels).isEmpty)
  }

  @Test("a task with free answers is never related, even where the fine-tuning names every one of them")
  func free() {
    let outputs = (0..<192).map { "answer\($0)" }
    #expect(related(task("t", outputs: outputs), labels: outputs).isEmpty)
    // A common answer does not make a task of free answers one of labels.
    let currencies = Array(repeating: "euro", count: 40) + Array(repeating: "franc", count: 40) + outputs.prefix(20)
    #expect(related(task("t", outputs: currencies), labels: ["euro", "franc"]).isEmpty)
  }

  @Test("one shared word is a coincidence; two make it, where they are half of the smaller set")
  func overlap() {
    let topic = task("topic", outputs: ["food"], choices: ["sports", "food", "weather", "music"])
    #expect(related(topic, labels: ["music", "speech"]).isEmpty)
    #expect(related(topic, labels: ["music"]).isEmpty)
    #expect(related(topic, labels: ["music", "food", "travel", "politics"]) == ["topic"])
    #expect(related(topic, labels: ["music", "food"] + (0..<20).map { "other\($0)" }) == ["topic"])
    let wide = task("wide", outputs: ["label0"], choices: (0..<6).map { "label\($0)" })
    #expect(related(wide, labels: ["label0", "label1", "a", "b", "c", "d"]).isEmpty)
    #expect(related(wide, labels: ["label0", "label1", "label2", "b", "c", "d"]) == ["wide"])
    #expect(related(wide, labels: ["label0", "label1", "a", "b"]) == ["wide"])
  }

  @Test("the suite in the box has one task with the labels of its sentiment recipe")
  func core() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("suites/core").path
    // A package elsewhere that borrows these tests has no such folder beside it.
    guard FileManager.default.fileExists(atPath: folder) else { return }
    let suite = try Suites.Suite.load(folder)
    #expect(relatedTasks(of: suite, labels: ["negative", "positive"]) == ["sentiment"])
    #expect(relatedTasks(of: suite, labels: ["World", "Sports", "Business", "Sci/Tech"]).isEmpty)
    let free = suite.tasks.filter { $0.labels == nil && Set($0.items.map(\.output)).count > 16 }
    #expect(free.count > 10)
    for task in free {
      #expect(!relatedTasks(of: suite, labels: task.items.map(\.output)).contains(task.name), "\(task.name)")
    }
  }
}
