import Gating
import Suites

extension CalibrationCell {
  /// A wrong PASS and a wrong FAIL of the gate.
  private static let both = [atMost(.gate, .pass, 0.05), atMost(.gate, .fail, 0.01)]

  private static func atMost(_ subject: Subject, _ outcome: Outcome, _ rate: Double) -> Promise {
    Promise(subject: subject, outcome: outcome, limit: .atMost(rate))
  }

  private static func atLeast(_ outcome: Outcome, _ rate: Double) -> [Promise] {
    [Promise(subject: .gate, outcome: outcome, limit: .atLeast(rate))]
  }

  private static func count(_ world: World) -> Int { world.families.count }

  /// One family at its margin, each in turn, the others without a drop.
  private static func oneFamily(_ world: World) -> DropPattern {
    DropPattern(families: [0.10] + [Double](repeating: 0, count: count(world) - 1), spread: 0, rotates: true)
  }

  /// Every family at its margin, so overall beyond its own.
  private static func allFamilies(_ world: World) -> DropPattern { .uniform(0.10, families: count(world)) }

  private static func uniform(_ drop: Double, _ world: World) -> DropPattern { .uniform(drop, families: count(world)) }

  private static func share(_ numerator: Int, _ denominator: Int) -> Share {
    // Fractions that are written here.
    (try? Share(parsing: "\(numerator)/\(denominator)")) ?? .all
  }

  /// A family at its margin in some world, where that is promised, or said not to hold.
  private static func marginal(
    _ section: Section, _ world: World, loss: Loss = .scattered, named how: String, reading: Reading = .once(.all),
    promised: Bool = true
  ) -> CalibrationCell {
    CalibrationCell(
      section, "\(world.name): one family at its margin\(how)", world, oneFamily(world), loss: loss, reading: reading,
      promises: promised ? both + [atMost(.family, .fail, 0.01)] : [])
  }

  package static let noDrop = CalibrationCell(
    .power, "no drop", .core, uniform(0, .core), promises: atLeast(.pass, 0.95))
  package static let oneFamily = marginal(.margin, .core, named: "")

  private static let power: [CalibrationCell] = {
    var cells = [noDrop]
    cells += [
      CalibrationCell(.power, "a drop of .025", .core, uniform(0.025, .core), promises: atLeast(.pass, 0.75)),
      CalibrationCell(.power, "a drop of .05", .core, uniform(0.05, .core), promises: both),
      CalibrationCell(.power, "a drop of .075", .core, uniform(0.075, .core)),
      CalibrationCell(.power, "a drop of .10", .core, uniform(0.10, .core), promises: atLeast(.fail, 0.90)),
      CalibrationCell(.power, "a drop of .15", .core, uniform(0.15, .core), promises: atLeast(.fail, 0.95)),
    ]
    for (drop, promise) in [(0.0, atLeast(.pass, 0.95)), (0.025, []), (0.10, atLeast(.fail, 0.90))] {
      let name = drop == 0 ? "no drop" : drop == 0.10 ? "a drop of .10" : "a drop of .025"
      cells.append(
        CalibrationCell(
          .power, "\(name), share 5/8", .core, uniform(drop, .core), reading: .once(share(5, 8)), promises: promise))
    }
    // Half of core 2's voting tasks are as many token rows as all of core 1 (`ScoringBenchmark rows`).
    cells.append(
      CalibrationCell(.power, "a drop of .025, share 1/2", .core, uniform(0.025, .core), reading: .once(share(1, 2))))
    for read in [share(1, 2), share(5, 8)] {
      cells += [0, 0.025].map {
        CalibrationCell(
          .power, "\(World.careful.name): \($0 == 0 ? "no drop" : "a drop of \($0)"), share \(read)", .careful,
          uniform($0, .careful), reading: .once(read))
      }
    }
    for world in [World.blocksOf8, .blocksOf2, .coreOne] {
      cells += [0, 0.025, 0.10].map {
        CalibrationCell(.power, "\(world.name): \($0 == 0 ? "no drop" : "a drop of \($0)")", world, uniform($0, world))
      }
    }
    cells += [1, 2, 3].map { quarter in
      CalibrationCell(
        .power, "no drop, share \(share(quarter, 4))", .core, uniform(0, .core), reading: .once(share(quarter, 4)))
    }
    cells += [1, 2, 3].map { quarter in
      CalibrationCell(
        .power, "a drop of .10, share \(share(quarter, 4))", .core, uniform(0.10, .core),
        reading: .once(share(quarter, 4)))
    }
    cells += [0, 0.025, 0.05, 0.075, 0.10, 0.15].map {
      CalibrationCell(.power, "`--stop-early`, a drop of \($0)", .core, uniform($0, .core), reading: .stoppingEarly)
    }
    cells += [0, 0.025, 0.10].map {
      CalibrationCell(.power, "`--adaptive`, a drop of \($0)", .core, uniform($0, .core), reading: .adaptive)
    }
    return cells
  }()

  private static let margins: [CalibrationCell] = {
    let uneven = DropPattern.unequal(0.05)
    var cells = [
      CalibrationCell(
        .margin, "overall at its margin, unequal drops", .core, uneven,
        promises: both + [atMost(.overall, .pass, 0.05), atMost(.overall, .fail, 0.01)]),
      CalibrationCell(
        .margin, "all families at their margins", .core, allFamilies(.core), promises: [atMost(.family, .pass, 0.05)]),
      oneFamily,
      marginal(.margin, .unsure, named: ""),
    ]
    cells += [World.pairs, .threeFamilies, .fourFamilies, .singles, .fewestBlocks, .ceiling85].map {
      marginal(.margin, $0, named: "")
    }
    cells += [World.blocksOf8, .blocksOf2].map { marginal(.margin, $0, named: "", promised: false) }
    for world in [World.noisy2, .noisy5] {
      // At the margin in what is answered, which noise brings nearer to the base's by twice its share.
      let drop = 1 / (1 - 2 * world.noise)
      cells.append(
        CalibrationCell(
          .margin, "\(world.name): one family at its margin", world,
          DropPattern(
            families: [0.10 * drop] + [Double](repeating: 0, count: count(world) - 1), spread: 0, rotates: true),
          promises: both))
      cells.append(
        CalibrationCell(
          .margin, "\(world.name): overall at its margin", world, uniform(0.05 * drop, world), promises: both))
    }
    for world in [World.threeFamilies, .fourFamilies] {
      cells.append(
        CalibrationCell(
          .margin, "\(world.name): overall at its margin", world, uniform(0.05, world), promises: both))
    }
    cells.append(
      CalibrationCell(
        .margin, "\(World.fewBlocks.name): one at its margin, share 1/2", .fewBlocks, oneFamily(.fewBlocks),
        reading: .once(share(1, 2))))
    return cells
  }()

  private static let clustered: [CalibrationCell] = {
    var cells = [World.clustered, .tight, .ceiling85Clustered].map { marginal(.clustered, $0, named: "") }
    cells += [World.crossed128, .crossed64].map { marginal(.clustered, $0, named: "", promised: false) }
    for world in [World.core, .pairs, .singles, .blocksOf8, .blocksOf2, .coreOne] {
      for part in [0.25, 0.5, 1.0] {
        cells.append(
          marginal(
            .clustered, world, loss: .dying(part), named: ", \(Int(part * 100)) % of the loss in dying blocks",
            promised: false))
      }
    }
    cells += [0.06, 0.12].map {
      marginal(
        .clustered, .core, loss: .winning($0), named: ", \(Int($0 * 100)) % of the blocks all right", promised: false)
    }
    cells.append(
      CalibrationCell(
        .clustered, "overall at its margin, half of the loss in dying blocks", .core, uniform(0.05, .core),
        loss: .dying(0.5), promises: both))
    return cells
  }()

  private static let again: [CalibrationCell] = {
    let eighths = [3, 4, 5, 6, 7, 8].map { share($0, 8) }
    let halves = [share(1, 2), .all]
    let world = World.core
    func cell(_ title: String, _ reading: Reading, _ pattern: DropPattern, _ promises: [Promise]) -> CalibrationCell {
      CalibrationCell(.again, title, world, pattern, reading: reading, promises: promises)
    }
    let family = oneFamily(world)
    let overall = uniform(0.05, world)
    return [
      cell("3/8, 1/2, … 1 until decided: one family at its margin", .again(eighths), family, both),
      cell("3/8, 1/2, … 1 until decided: overall at its margin", .again(eighths), overall, both),
      cell("1/2, then 1: one family at its margin", .again(halves), family, both),
      cell("the same at the whole α each time, 3/8 … 1: one family at its margin", .unguarded(eighths), family, []),
      cell("`--stop-early`: one family at its margin", .stoppingEarly, family, both),
      cell("`--stop-early`: overall at its margin", .stoppingEarly, overall, both),
      cell("`--adaptive`: one family at its margin", .adaptive, family, both),
      cell(
        "`--select`, the best of ten at the margin of one family", .best(of: 10), family, [atMost(.gate, .pass, 0.05)]),
      cell("any of ten, each judged alone", .anyOf(10), family, []),
      cell("`--select`, the best of ten without a drop", .best(of: 10), uniform(0, world), []),
    ]
  }()

  private static let design: [CalibrationCell] = {
    let world = World.core
    func traded(_ first: Double, _ middle: Double, _ last: Double) -> CalibrationCell {
      let name = [first, middle, last].map { $0 == 0 ? "0" : "\($0 > 0 ? "+" : "-")\(Int((abs($0) * 100).rounded()))" }
      return CalibrationCell(
        .design, "\(name.joined(separator: " / ")) points at k = 1 / 4 / 8 in every task", world, uniform(0, world),
        trade: [-first, -middle, -last],
        promises: last <= -0.05 ? [atMost(.gate, .pass, 0.05)] : [])
    }
    let lost = DropPattern(
      families: [Double](repeating: 0, count: count(.threeFamilies)), spread: 0)
    return [
      traded(0.15, 0, -0.10), traded(0.15, 0, -0.15), traded(0.10, 0, -0.10), traded(0, 0, -0.05),
      traded(0.05, 0, -0.05),
      CalibrationCell(
        .design, "a base of .97, no drop", .ceiling97, uniform(0, .ceiling97), promises: atLeast(.pass, 0.95)),
      CalibrationCell(.design, "a base of .97, 1.5 times its errors", .ceiling97, uniform(0.015, .ceiling97)),
      CalibrationCell(.design, "a base of .97, twice its errors", .ceiling97, uniform(0.03, .ceiling97)),
      CalibrationCell(
        .design, "three families, no drop", .threeFamilies, lost, promises: atLeast(.pass, 0.90)),
    ]
  }()

  private static let beyond = [0.01, 0.02].map { deviation in
    CalibrationCell(
      .beyond,
      "overall at its margin, a common shift of \(Int(deviation * 100)) point\(deviation > 0.01 ? "s" : "") SD", .core,
      uniform(0.05, .core), runShift: deviation)
  }

  /// In the order of the page.
  package static let all = power + margins + clustered + again + design + beyond
}
