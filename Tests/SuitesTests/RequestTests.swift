import Foundation
import ProcessorTime
import Suites
import Testing

@Suite("Requests")
struct RequestTests {
  @Test("ids are those of an independent implementation of the canonical bytes")
  func ids() throws {
    for golden in try Goldens.load().requests {
      let rule = golden.rule.map { ExactMatchRule(accepted: $0.accepted, stop: $0.stop) }
      let request = Request(
        context: golden.context, continuation: golden.continuation, specialTokens: golden.special, exactMatch: rule)
      #expect(request.id == golden.id)
    }
  }

  @Test("ids are frozen: a change would orphan every ledger")
  func frozen() {
    let request = Request(
      context: "Q: go\nA:", continuation: " went", exactMatch: ExactMatchRule(accepted: ["went"], stop: "\n"))
    #expect(request.id == "c5502f8625c51661e9232df155bac375e1f08412e569e370e70722441cfd2727")
  }

  @Test("text that is canonically equal but differs in bytes is another request")
  func bytes() {
    let composed = Request(context: "caf\u{E9}", continuation: " x", exactMatch: nil)
    let decomposed = Request(context: "cafe\u{301}", continuation: " x", exactMatch: nil)
    #expect(composed != decomposed)
  }

  @Test("the same demonstrations stand before every item of a block, and k shots are the first k of them")
  func nested() throws {
    let suite = try Suite.load(smokeSuite)
    for block in try suite.requestBlocks() {
      let task = try #require(suite.tasks.first { $0.name == block.task })
      let queries = Dictionary(uniqueKeysWithValues: task.items.map { ($0.id, "Q: \($0.input)\nA:") })
      var prefixes: [Int: Set<String>] = [:]
      for observation in block.observations {
        let query = try #require(queries[observation.item])
        #expect(observation.request.context.hasSuffix(query))
        prefixes[observation.k, default: []].insert(String(observation.request.context.dropLast(query.count)))
      }
      #expect(prefixes.values.allSatisfy { $0.count == 1 })
      let ordered = prefixes.sorted { $0.key < $1.key }.compactMap(\.value.first)
      #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $1.hasPrefix($0) })
      #expect(ordered.map { $0.components(separatedBy: "\n\n").count - 1 } == [0, 1, 4])
    }
  }

  @Test("an item that is added at the end moves no other item's prompt")
  func stability() throws {
    for closed in [false, true] {
      let folder = try SuiteFolder()
      let changes: [String: String?] = closed ? ["pool": nil, "closed": "30"] : [:]
      try folder.task(items: itemLines(70), changes: changes)
      let before = Set(try Suite.load(folder.path).requestBlocks().flatMap(\.observations))
      try folder.task(items: itemLines(75), changes: changes)
      let after = Set(try Suite.load(folder.path).requestBlocks().flatMap(\.observations))
      #expect(after.isSuperset(of: before))
      #expect(after.count == before.count + 5 * 3)
    }
  }

  @Test("blocks are interleaved over the tasks, and a share is each task's first blocks")
  func order() throws {
    let suite = try Suite.load(smokeSuite)
    let all = try suite.requestBlocks()
    #expect(all.count == 48)
    #expect(
      all.prefix(5).map { "\($0.task) \($0.block)" }
        == ["capitalise 0", "copy-words 0", "first-of-list 0", "plural 0", "capitalise 1"])
    let quarter = try suite.requestBlocks(share: try Share(parsing: "1/4"))
    #expect(quarter == Array(all.prefix(12)))
    #expect(quarter.map(\.observations.count) == Array(repeating: 12, count: 12))
  }

  @Test("choices add one request for each answer but the gold one, without a rule")
  func choices() throws {
    let folder = try SuiteFolder()
    try folder.task(items: itemLines(64, labels: ["yes", "no", "maybe"]))
    let block = try Suite.load(folder.path).requestBlocks()[0]
    #expect(block.observations.count == 8 * 3 * 3)
    let first = Array(block.observations.prefix(3))
    #expect(first.map(\.role) == [.gold, .choice(0), .choice(2)])
    #expect(first.map(\.request.continuation) == [" no", " yes", " maybe"])
    #expect(first.map(\.request.exactMatch) == [ExactMatchRule(accepted: ["no"], stop: "\n"), nil, nil])
    #expect(Set(first.map(\.request.context)).count == 1)
  }

  @Test("the suite's hash follows what is asked, not where it lies or how it is described")
  func hashes() throws {
    let first = try SuiteFolder()
    let second = try SuiteFolder(suite: "suite: made\nversion: 1\nseed: 7\ndescription: in other words\n")
    let third = try SuiteFolder(suite: "suite: made\nversion: 1\nseed: 8\ndescription: a test\n")
    for folder in [first, second, third] { try folder.task(items: itemLines(64)) }
    let suites = try [first, second, third].map { try Suite.load($0.path) }
    #expect(suites[0].hash == suites[1].hash)
    #expect(suites[0].hash != suites[2].hash)
    #expect(try suites[0].promptHash() == suites[1].promptHash())
    #expect(try suites[0].promptHash() != suites[2].promptHash())
    #expect(try suites[0].promptHash() != suites[0].promptHash(draws: 2))
  }

  @Test("a core-sized suite renders in no noticeable time")
  func speed() throws {
    let folder = try SuiteFolder()
    for task in 0..<20 {
      try folder.task("task-\(task)", items: itemLines(192), changes: ["pool": "64", "shots": "[0, 1, 4, 8]"])
    }
    let suite = try Suite.load(folder.path)
    var count = 0
    let time = try processorTime { count = try suite.requestBlocks().map(\.observations.count).reduce(0, +) }
    #expect(count == 20 * 128 * 4)
    // A debug build is an order of magnitude slower than a release build's 0.03 s.
    #expect(time < 2)
  }
}
