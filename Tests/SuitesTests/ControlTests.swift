import Suites
import Testing

@Suite("Controls: the same blocks under other conditions")
struct ControlTests {
  private static let labels = ["red", "green", "blue"]

  private var colours: TaskDefinition {
    let items = (0..<40).map {
      Item(id: "i\($0)", input: "number \($0)", output: Self.labels[$0 * 7 % 3], choices: Self.labels)
    }
    return TaskDefinition(
      name: "colours", family: "made", version: 1, template: "Q: {input}\nA:", answerPrefix: " ", separator: "\n\n",
      stop: "\n", shots: [0, 1, 4, 8], blockSize: 8, pool: .first(16), conditions: [.gold], source: "", licence: "",
      items: items, file: "colours.yaml")
  }

  private func suite() -> Suite {
    Suite(name: "labelled", version: 1, seed: 5, description: "", tasks: [colours], path: "test")
  }

  @Test("only the controls' k is asked: the largest up to four")
  func shots() throws {
    for asking in [Asking.random, .abstract, .permutation, .leak(["yes", "no"])] {
      let shots = Set(try suite().requestBlocks(asking: asking).flatMap { $0.observations.map(\.k) })
      #expect(shots.count == 1 && (shots.first ?? 9) <= 4 && (shots.first ?? 0) > 0)
    }
    #expect(Set(try suite().requestBlocks(asking: .gold).flatMap { $0.observations.map(\.k) }).count > 1)
  }

  @Test("random answers: the same inputs in the same order, answers from the labels, gold asked for")
  func random() throws {
    let gold = try suite().requestBlocks().flatMap(\.observations)
    var differing = 0
    for observation in try suite().requestBlocks(asking: .random).flatMap(\.observations)
    where observation.role == .gold {
      let twin = try #require(
        gold.first { $0.item == observation.item && $0.k == observation.k && $0.role == .gold })
      #expect(observation.request.continuation == twin.request.continuation)
      #expect(observation.request.exactMatch == twin.request.exactMatch)
      #expect(lines(observation) == lines(twin))
      if observation.request.context != twin.request.context { differing += 1 }
    }
    #expect(differing > 0)
  }

  @Test("meaningless labels: no true label is left, and one letter stands for one label in a block")
  func abstract() throws {
    let labels = try #require(colours.items.first?.choices)
    for block in try suite().requestBlocks(asking: .abstract) {
      var letters: [String: Set<String>] = [:]
      let gold = Dictionary(colours.items.map { ($0.id, $0.output) }) { first, _ in first }
      for observation in block.observations where observation.role == .gold {
        for label in labels { #expect(!observation.request.context.contains(" \(label)\n")) }
        let answer = observation.request.continuation.split(separator: " ").joined()
        #expect(answer.count == 1 && "ABCDEFGHIJKLMNOP".contains(answer))
        letters[gold[observation.item] ?? "", default: []].insert(answer)
      }
      #expect(letters.values.allSatisfy { $0.count == 1 })
      #expect(Set(letters.values).count == letters.count)
    }
  }

  @Test("an order has the gold demonstrations, each once, and differs from the gold order")
  func permutation() throws {
    let gold = try suite().requestBlocks().flatMap(\.observations)
    for draw in 0..<3 {
      for observation in try suite().requestBlocks(draw: draw, asking: .permutation).flatMap(\.observations) {
        let twin = try #require(
          gold.first { $0.item == observation.item && $0.k == observation.k && $0.role == observation.role })
        #expect(observation.request.context != twin.request.context)
        #expect(lines(observation).sorted() == lines(twin).sorted())
        #expect(observation.draw == draw && observation.condition == .permutation)
      }
    }
  }

  @Test("leak: the gold prompts, the labels as choices, without items to which a label is the answer")
  func leak() throws {
    let own = try #require(colours.items.first?.output)
    let asking = Asking.leak(["yes", own, "no", "nothing"])
    // "nothing" is another token than "no"; "no way" is not another one than "no" at its beginning.
    #expect(asking.labels == ["no", "nothing", own, "yes"].sorted())
    #expect(Asking.leak(["no", "no way"]).labels == ["no"])
    #expect(Asking.leak(["No ", "RED"]).labels == ["No ", "RED"])
    let observations = try suite().requestBlocks(asking: asking).flatMap(\.observations)
    let answers = Dictionary(colours.items.map { ($0.id, $0.output) }) { first, _ in first }
    #expect(!observations.isEmpty && observations.allSatisfy { answers[$0.item] != own })
    for (_, ofItem) in Dictionary(grouping: observations, by: \.item) {
      #expect(ofItem.map(\.role) == [.gold, .choice(0), .choice(1), .choice(2), .choice(3)])
    }
    // Labels are compared without case: an item whose answer is "red" is none of RED's leaks.
    let folded = try suite().requestBlocks(asking: .leak([own.uppercased()])).flatMap(\.observations)
    #expect(!folded.isEmpty && folded.allSatisfy { answers[$0.item] != own })
  }

  @Test("a control is the same every time, and another prompt hash")
  func fixed() throws {
    let hashes = try [Asking.gold, .random, .abstract, .permutation, .leak(["yes", "no"]), .leak(["yes", "nay"])].map {
      suite().promptHash(of: try suite().requestBlocks(asking: $0))
    }
    #expect(Set(hashes).count == hashes.count)
    #expect(hashes[1] == suite().promptHash(of: try suite().requestBlocks(asking: .random)))
    #expect(hashes[0] == (try suite().promptHash()))
  }

  /// The inputs of a context.
  private func lines(_ observation: Observation) -> [String] {
    observation.request.context.split(separator: "\n").filter { !$0.hasPrefix("A:") }.map(String.init)
  }
}
