import Gating
import Statistics
import Testing

/// The same cases stand in Scripts/goldens/statistics_claims.py, which computes them by scipy.
@Suite("Claims beside what was measured")
struct ClaimTests {
  /// A run of two families, one of two tasks and one of one, four blocks of a hundred items each.
  private static func run(_ shift: Double, _ wobble: Double, _ twist: Double = 0) -> [TaskLeft] {
    func task(_ name: String, _ family: String, base: Double, _ drops: [Double]) -> TaskLeft {
      TaskLeft(task: name, family: family, base: base, drops: drops, items: 400)
    }
    return [
      task("a", "x", base: 0.8, [0.1, 0.2, 0.15, 0.05].enumerated().map { $1 + shift + wobble * Double($0 % 2) }),
      task("b", "x", base: 0.6, [0.0, 0.1, 0.2, 0.1].map { $0 + shift }),
      task("c", "y", base: 0.5, [0.3, 0.1, 0.0, 0.2].enumerated().map { $1 + shift - wobble + twist * Double($0) }),
    ]
  }
  private static let tuned = [run(0.02, 0.01), run(0.0, 0.03), run(0.05, -0.02)]
  private static let kept = [run(-0.10, 0.0, 0.03), run(-0.12, 0.02, 0.05), run(-0.08, 0.01, -0.02)]

  private func near(_ value: Double?, _ expected: Double) -> Bool { value.map { abs($0 - expected) < 1e-9 } ?? false }

  @Test("what a recipe costs, over questions, over seeds, over both: scipy's figures")
  func cost() throws {
    let cost = try #require(CostEstimate(Self.tuned))
    #expect(near(cost.mean, golden.cost.mean), "\(cost.mean)")
    #expect(cost.runs == [3])
    #expect(near(cost.overItems.lower, golden.cost.items.0), "\(cost.overItems)")
    #expect(near(cost.overItems.upper, golden.cost.items.1))
    #expect(near(cost.overSeeds?.lower, golden.cost.seeds.0), "\(String(describing: cost.overSeeds))")
    #expect(near(cost.overSeeds?.upper, golden.cost.seeds.1))
    #expect(near(cost.overBoth?.lower, golden.cost.both.0), "\(String(describing: cost.overBoth))")
    #expect(near(cost.overBoth?.upper, golden.cost.both.1))
  }

  @Test("where it lies: enough comes back, more than with the others, and spread over layers; each by its interval")
  func spread() throws {
    // Two layers that gain alike, and two where one gains ten times as much: blocks of one kind, so that the interval is narrow.
    func words(_ gains: [Double], hasInterval: Bool = true, more: Double? = 0.3) throws -> [ClaimWord] {
      let values = gains.map { [TaskValues(values: [$0, $0 * 1.01, $0 * 0.99], blocks: [0, 1, 2])] }
      let layers = Array(gains.indices) + [0]
      func share(_ value: Double) -> LossShare {
        LossShare(share: value, interval: Interval((value - 0.1)...(value + 0.1)))
      }
      let cells = CellMap(
        base: 0.6, candidate: 0.1, items: 3, blocks: 3, modules: ["q", "down"],
        // The first layer's MLP has ten times its attention's: no part of how attention is spread.
        cells: gains.indices.map { .init(layer: $0, module: "q", back: share(gains[$0]), alone: share(gains[$0])) }
          + [.init(layer: 0, module: "down", back: share(3), alone: share(3))], rest: [],
        effectiveIntervals: hasInterval
          ? .init(
            layers: layers, modules: gains.map { _ in "q" } + ["down"],
            back: values + [[TaskValues(values: [3, 3.03, 2.97], blocks: [0, 1, 2])]], alone: values + [values[0]])
          : nil)
      let profile = RestorationProfile(
        base: 0.6, candidate: 0.1, items: 3, parts: [],
        modules: [.init(name: "all attention", exactMatch: 0.5, back: share(0.8))], cells: cells,
        contrasts: more.map { [.init(name: "all attention", than: "all MLP", back: share($0))] })
      let parts = ClaimJudge(arms: [], methods: [], profile: profile)
        .parts(
          Claim(text: "spread", kind: .spread(modules: "all attention", than: "all MLP", share: 0.5, layers: 0.8)))
      #expect(
        parts.map(\.what) == [
          "all attention, put back", "all attention beside all MLP, put back", "all attention, layer by layer",
        ])
      return parts.map(\.word)
    }
    #expect(try words([0.3, 0.3]) == [.holds, .holds, .holds])
    #expect(try words([0.5, 0.05]) == [.holds, .holds, .doesNotHold])
    #expect(try words([0.3, 0.3], hasInterval: false)[2] == .cannotBeTold)
    #expect(try words([0.3, 0.3], more: -0.3)[1] == .doesNotHold)
    #expect(try words([0.3, 0.3], more: 0.05)[1] == .cannotBeTold)
    #expect(try words([0.3, 0.3], more: nil)[1] == .cannotBeTold)
  }

  @Test("how much less one recipe costs: block by block, Welch over seeds")
  func difference() throws {
    let less = try #require(CostEstimate(Self.tuned, less: Self.kept))
    #expect(near(less.mean, golden.less.mean), "\(less.mean)")
    #expect(near(less.overItems.lower, golden.less.items.0), "\(less.overItems)")
    #expect(near(less.overItems.upper, golden.less.items.1))
    #expect(near(less.overSeeds?.lower, golden.less.seeds.0), "\(String(describing: less.overSeeds))")
    #expect(near(less.overSeeds?.upper, golden.less.seeds.1))
    #expect(near(less.overBoth?.lower, golden.less.both.0), "\(String(describing: less.overBoth))")
    #expect(near(less.overBoth?.upper, golden.less.both.1))
  }

  @Test("runs that were not asked the same have no common figure, and one run none over seeds")
  func unlike() throws {
    var other = Self.run(0, 0)
    other[1] = TaskLeft(task: "b", family: "x", base: 0.6, drops: [0.1, 0.2], items: 400)
    #expect(CostEstimate([Self.run(0, 0), other]) == nil)
    #expect(CostEstimate([Self.run(0, 0)], less: [other]) == nil)
    #expect(CostEstimate([]) == nil)
    for (base, drops, items) in [
      (0.8, [0.1, .infinity], 8), (.nan, [0.1, 0.2], 8), (0.8, [0.1, 0.2], .max), (0.8, [0.1, 0.2], -8),
    ] {
      #expect(CostEstimate([[TaskLeft(task: "a", family: "x", base: base, drops: drops, items: items)]]) == nil)
    }
    let one = try #require(CostEstimate([Self.run(0, 0)]))
    #expect(one.overSeeds == nil && one.overBoth == nil)
  }

  @Test("each half of the tasks is reported by the rate that costs least on the other half")
  func halves() throws {
    let run = Self.run(0, 0)
    #expect(run.half(0).map(\.task) == ["a", "c"])
    #expect(run.half(1).map(\.task) == ["b"])
    // "even" costs nothing on a and c, "odd" nothing on b; each costs .4 on the other half.
    func runs(_ even: Double, _ odd: Double) -> [[TaskLeft]] {
      (0..<3).map { seed in
        run.enumerated().map { index, task in
          let drop = index.isMultiple(of: 2) ? even : odd
          return TaskLeft(
            task: task.task, family: task.family, base: task.base,
            drops: [0, 1, 2, 3].map { drop + 0.01 * Double($0 + seed) },
            items: task.items)
        }
      }
    }
    let judge = ClaimJudge(
      arms: [arm("even", runs(0, 0.4)), arm("odd", runs(0.4, 0))], methods: [.init(name: "m", arms: ["even", "odd"])])
    let chosen = try #require(judge.chosen.first)
    #expect(chosen.arms == ["even", "odd"] && chosen.name == "even and odd")
    // What each half chose costs .4 on the other: nothing is gained by having been best.
    #expect(chosen.estimate == CostEstimate(runs(0.4, 0.4)))
  }

  @Test("while rates are not run, only what lies below the claimed cost is told")
  func openRates() {
    let judge = ClaimJudge(
      arms: [arm("low", Self.kept), arm("open", [], planned: 3), arm("never", [], apart: Self.tuned)],
      methods: [
        .init(name: "m", arms: ["low", "open"]), .init(name: "none", arms: ["open"]), .init(name: "n", arms: ["never"]),
      ])
    func part(_ method: String, _ share: Double) -> ClaimPart? {
      judge.parts(Claim(text: "", kind: .costs(method: method, share: share, within: 0.05))).first
    }
    #expect(part("m", 0.9)?.word == .doesNotHold)
    #expect(part("m", 0)?.word == .cannotBeTold)
    #expect(part("m", 0)?.missing == "1 of its 2 rates not run: they may cost less")
    #expect(part("none", 0)?.missing == "no rate of it is run whole")
    #expect(part("n", 0)?.missing == "no rate of it holds the target in every run")
  }

  private func arm(
    _ name: String, _ runs: [[TaskLeft]], apart: [[TaskLeft]] = [], diverged: Int = 0, planned: Int? = nil
  ) -> ClaimArm {
    ClaimArm(name: name, runs: runs, apart: apart, diverged: diverged, planned: planned)
  }

  @Test("a pair holds, is denied, or cannot be told by its interval; what stands apart or has one seed tells nothing")
  func pairs() {
    let judge = ClaimJudge(
      arms: [
        arm("tuned", Self.tuned), arm("kept", Self.kept), arm("same", Self.tuned.reversed()),
        arm("one", [Self.kept[0]]),
        arm("apart", Self.kept, apart: [Self.kept[0]]), arm("never", [], apart: Self.kept),
        arm("open", Array(Self.kept.prefix(2)), planned: 3), arm("wild", Self.kept, diverged: 1),
      ], methods: [])
    func word(_ first: String, _ second: String) -> (ClaimWord?, String?) {
      let claim = Claim(text: "", kind: .keepsMore([.init(what: "w", arm: first, than: second)]))
      let part = judge.parts(claim).first
      return (part?.word, part?.missing)
    }
    #expect(word("kept", "tuned").0 == .holds)
    #expect(word("tuned", "kept").0 == .doesNotHold)
    #expect(word("same", "tuned").0 == .cannotBeTold)
    #expect(word("one", "tuned") == (.cannotBeTold, "one training seed alone"))
    #expect(word("apart", "tuned") == (.cannotBeTold, "1 of apart's runs never held the target"))
    #expect(word("never", "tuned") == (.cannotBeTold, "never never held the target"))
    #expect(word("absent", "tuned") == (.cannotBeTold, "absent not run"))
    #expect(word("open", "tuned") == (.cannotBeTold, "1 of open's 3 runs not run"))
    #expect(word("wild", "tuned") == (.cannotBeTold, "1 of wild's runs diverged"))
  }

  @Test("a cost is held against its tolerance, a limit against its end")
  func costs() throws {
    let judge = ClaimJudge(
      arms: [arm("low", Self.kept), arm("high", Self.tuned)],
      methods: [.init(name: "m", arms: ["high", "low"])])
    let chosen = try #require(judge.chosen.first)
    #expect(chosen.arms == ["low", "low"] && chosen.name == "low" && chosen.open.isEmpty)
    #expect(chosen.rates.map(\.arm) == ["high", "low"])
    #expect(chosen.rates[0].costs?.count == 2)
    #expect(chosen.estimate == CostEstimate(Self.kept))
    func word(_ kind: Claim.Kind) -> ClaimWord? { judge.parts(Claim(text: "", kind: kind)).first?.word }
    #expect(word(.costs(method: "m", share: 0, within: 1)) == .holds)
    #expect(word(.costs(method: "m", share: 0.9, within: 0.05)) == .doesNotHold)
    #expect(word(.costs(method: "m", share: chosen.estimate?.mean ?? 0, within: 0.001)) == .cannotBeTold)
    #expect(word(.keeps(arms: ["high"], within: 0.9)) == .holds)
    #expect(word(.keeps(arms: ["high"], within: 0.01)) == .doesNotHold)
    #expect(word(.keeps(arms: ["high"], within: 0.25)) == .cannotBeTold)
  }

  @Test("one part that does not hold denies a claim, and all must hold for it")
  func words() {
    #expect(ClaimWord([.holds, .holds]) == .holds)
    #expect(ClaimWord([.holds, .cannotBeTold]) == .cannotBeTold)
    #expect(ClaimWord([.cannotBeTold, .doesNotHold, .holds]) == .doesNotHold)
    #expect(ClaimWord([]) == .cannotBeTold)
  }
}
