import Gating
import Suites
import Testing

@Suite("Why a candidate failed")
struct DiagnosisTests {
  private let tasks = ["topic", "tone"].map { name in
    DiagnosedTask(
      TaskDefinition(
        name: name, family: "classification", version: 1, template: "{input}", answerPrefix: " ", separator: "\n",
        stop: "\n", shots: [0, 4], blockSize: 8, pool: .first(1), conditions: [.gold], source: "", licence: "",
        items: [Item(id: "a", input: "a", output: "yes", choices: ["yes", "no", "perhaps", "never"])], file: ""))
  }

  /// Shares of right answers out of 100 items a task.
  private struct Rates {
    var zeroShot = 0
    var gold = 80
    var choice = 90
    var random = 30
    var randomChoice = 35
    var abstract = 60
    var abstractChoice = 70
    var leak = 0.0
  }

  private func scores(_ rates: Rates) -> ControlScores {
    func lines(_ exact: Int, _ choice: Int, k: Int = 4, condition: Condition = .gold, draw: Int = 0) -> [ItemScore] {
      tasks.flatMap { task in
        (0..<100).map { item in
          ItemScore(
            task: task.task, item: "i\(item)", block: item / 8, k: k, draw: draw, condition: condition,
            exactMatch: item < exact, logprob: -1, choiceCorrect: item < choice)
        }
      }
    }
    return ControlScores(
      gold: lines(rates.zeroShot, 50, k: 0) + lines(rates.gold, rates.choice),
      random: lines(rates.random, rates.randomChoice, condition: .random),
      abstract: lines(rates.abstract, rates.abstractChoice, condition: .abstract),
      permutations: lines(rates.gold - 10, 0, condition: .permutation)
        + lines(rates.gold + 5, 0, condition: .permutation, draw: 1),
      leaks: tasks.map { LeakScore(task: $0.task, item: "i0", mass: rates.leak) })
  }

  private func diagnosis(_ candidate: Rates, base: Rates = Rates()) -> Diagnosis {
    Diagnosis(tasks: tasks, base: scores(base), candidate: scores(candidate))
  }

  @Test("shares of what is left: of the gain, of the choice above chance, of learning from meaningless labels")
  func shares() {
    let seen = diagnosis(Rates(zeroShot: 10, gold: 40, choice: 51, abstractChoice: 34)).overall
    // (.40 - .00) / (.80 - .00), (.51 - .25) / (.90 - .25), (.34 - .25) / (.70 - .25)
    #expect(abs((seen.fewShotKept ?? 0) - 0.5) < 1e-12)
    #expect(abs((seen.choiceKept ?? 0) - 0.4) < 1e-12)
    #expect(abs((seen.learningKept ?? 0) - 0.2) < 1e-12)
    #expect(abs((seen.base.orderSpread ?? 0) - 0.15) < 1e-12)
  }

  @Test("where the base cannot use meaningless labels, true answers against random ones tell what is learned")
  func gap() {
    let base = Rates(choice: 80, randomChoice: 40, abstractChoice: 30)
    let seen = diagnosis(Rates(choice: 60, randomChoice: 50, abstractChoice: 30), base: base).overall
    #expect(abs((seen.learningKept ?? 0) - 0.25) < 1e-12)
    let none = Rates(choice: 80, randomChoice: 79, abstractChoice: 30)
    #expect(diagnosis(Rates(), base: none).overall.learningKept == nil)
  }

  @Test("each kind of loss is told from the others")
  func kinds() {
    #expect(diagnosis(Rates(gold: 5, choice: 88, abstractChoice: 68, leak: 0.9)).kind == .formatSpecialisation)
    #expect(diagnosis(Rates(gold: 30, choice: 80, randomChoice: 78, abstractChoice: 27)).kind == .taskLearning)
    #expect(diagnosis(Rates(gold: 20, choice: 30, abstractChoice: 69)).kind == .knowledge)
    #expect(diagnosis(Rates(gold: 0, choice: 26, randomChoice: 25, abstractChoice: 25)).kind == .everything)
    #expect(diagnosis(Rates(gold: 78)).kind == .little)
    #expect(diagnosis(Rates(gold: 78, leak: 0.9)).kind == .leakingLabels)
    // The base shows neither learning from meaningless labels nor a gap between true and random answers.
    let flat = Rates(choice: 80, randomChoice: 79, abstractChoice: 26)
    #expect(diagnosis(Rates(gold: 10, choice: 30, abstractChoice: 26), base: flat).kind == .answers)
    #expect(diagnosis(Rates(), base: Rates(gold: 3)).kind == .unclear)
  }

  @Test("the paragraph has the numbers that it rests on")
  func text() {
    let found = diagnosis(Rates(zeroShot: 20, gold: 5, choice: 88, abstractChoice: 68, leak: 0.9))
    #expect(found.text.hasPrefix("Format specialisation: "))
    for words in [
      "from 80.0 to 5.0 %, 6.3 % of the gain from demonstrations; without demonstrations from 0.0 to 20.0 %",
      "was the likeliest in 90.0 and is in 88.0 % (96.9 % of what is above chance)",
      "with a probability of 90.0 % (base 0.0 %)", "15.0 points apart for the base",
    ] { #expect(found.text.contains(words), "\(found.text)") }
  }

  @Test("parts that bring back most come first; one that brings back nothing is not named")
  func profile() {
    let profile = RestorationProfile(
      base: 0.8, candidate: 0.1, items: 64,
      parts: [
        .init(name: "layer 0", exactMatch: 0.1), .init(name: "layer 1", exactMatch: 0.5),
        .init(name: "layer 2", exactMatch: 0.05), .init(name: "layer 3", exactMatch: 0.7),
      ])
    #expect(profile.top(3).map(\.name) == ["layer 3", "layer 1"])
    let found = Diagnosis(tasks: tasks, base: scores(Rates()), candidate: scores(Rates(gold: 5)), profile: profile)
    #expect(found.text.hasSuffix("on 64 items: layer 3 (10.0 to 70.0 %), layer 1 (10.0 to 50.0 %)."))
  }
}
