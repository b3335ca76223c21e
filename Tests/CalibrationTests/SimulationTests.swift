import Calibration
import Gating
import Statistics
import Testing

/// The marginal rates that the page claims, estimated over a few hundred bases and candidates.
@Suite struct SimulationTests {
  private static let gates = 60

  /// Share of right answers and of flips a task and k, over many simulated gates.
  private struct Observed {
    var base: [[Double]]
    var gain: [[Double]]
    var loss: [[Double]]
    /// t - b of every item, mean over k > 0, by task.
    var changes: [[Double]]
    /// The base's mean over k > 0 of every item, by task.
    var abilities: [[Double]]

    init(_ suite: SimulatedSuite, drops: [Double], gates: Int) {
      let tasks = suite.tasks.count
      let shots = SimulatedSuite.shots.count
      let items = suite.world.blocks * suite.world.itemsPerBlock
      let zeros = [[Double]](repeating: [Double](repeating: 0, count: shots), count: tasks)
      (base, gain, loss) = (zeros, zeros, zeros)
      changes = [[Double]](repeating: [], count: tasks)
      abilities = changes
      let weight = 1 / Double(gates * items)
      for gate in 0..<gates {
        let simulated = SimulatedGate(suite, seed: 7, gate: gate)
        let candidate = simulated.candidate(drops: drops)
        for task in 0..<tasks {
          for item in 0..<items {
            var change = 0.0
            var ability = 0.0
            for shot in 0..<shots {
              let place = (task * items + item) * shots + shot
              let (b, t) = (simulated.base[place], candidate[place])
              if b { base[task][shot] += weight }
              if t && !b { gain[task][shot] += weight }
              if b && !t { loss[task][shot] += weight }
              if shot > 0 {
                change += (t ? 1.0 : 0) - (b ? 1.0 : 0)
                ability += b ? 1 : 0
              }
            }
            changes[task].append(change / Double(shots - 1))
            abilities[task].append(ability / Double(shots - 1))
          }
        }
      }
    }

    static func components(_ values: [[Double]], in world: World) -> VarianceComponents? {
      VarianceComponents(
        values.compactMap { values in
          DrawnTask(draws: [values], blocks: values.indices.map { $0 / world.itemsPerBlock })
        })
    }
  }

  @Test("The base is right as often as its shares say, a candidate loses and gains as often as its rates say")
  func marginalRates() {
    let suite = SimulatedSuite(.core)
    let drops = DropPattern.unequal(0.10).drops(suite, gate: 0)
    let observed = Observed(suite, drops: drops, gates: Self.gates)
    for (index, task) in suite.tasks.enumerated() {
      for (shot, share) in task.shares.enumerated() {
        // Five standard errors, the design effect of eight items at a correlation of .05 included.
        func tolerance(_ rate: Double) -> Double {
          5 * (rate * (1 - rate) * 1.35 / Double(Self.gates * 128)).squareRoot()
        }
        #expect(abs(observed.base[index][shot] - share) < tolerance(share))
        let rates = FlipRates(drop: drops[index], share: share)
        let expected = shot == 0 ? (gain: 0, loss: 0) : (gain: rates.gain, loss: rates.loss)
        #expect(abs(observed.gain[index][shot] - expected.gain) <= tolerance(expected.gain))
        #expect(abs(observed.loss[index][shot] - expected.loss) <= tolerance(expected.loss))
      }
    }
  }

  @Test("Without a drop base and candidate differ in .15, clustered by .05, with an item standard deviation near .29")
  func dependence() throws {
    let suite = SimulatedSuite(.core)
    let observed = Observed(suite, drops: suite.tasks.map { _ in 0 }, gates: Self.gates)
    let sound = suite.tasks.indices.filter { suite.tasks[$0].ability == .sound }
    let discordance = sound.flatMap { task in (1...3).map { observed.gain[task][$0] + observed.loss[task][$0] } }
    #expect(abs(discordance.reduce(0, +) / Double(discordance.count) - 0.15) < 0.003)
    let change = try #require(Observed.components(sound.map { observed.changes[$0] }, in: suite.world))
    #expect(abs(change.intraclassCorrelation - 0.05) < 0.01)
    #expect(abs((change.item + change.draw).squareRoot() - 0.29) < 0.01)
    let ability = try #require(Observed.components(sound.map { observed.abilities[$0] }, in: suite.world))
    #expect(abs(ability.intraclassCorrelation - 0.05) < 0.01)
  }

  @Test("Up to a drop of .10 the discordance is .15; beyond it gains stay at .025")
  func flipRates() {
    #expect(abs(FlipRates(drop: 0, share: 0.6).gain - 0.075) < 1e-12)
    for drop in [0.0, 0.025, 0.05, 0.10] {
      let rates = FlipRates(drop: drop, share: 0.6)
      #expect(abs(rates.loss - rates.gain - drop) < 1e-12 && abs(rates.loss + rates.gain - 0.15) < 1e-12)
    }
    let beyond = FlipRates(drop: 0.20, share: 0.6)
    #expect(abs(beyond.gain - 0.025) < 1e-12 && abs(beyond.loss - 0.225) < 1e-12)
  }

  @Test("Every cell's family drops are what it says, whether a borderline task is admitted or not, and may all be lost")
  func drops() {
    for cell in CalibrationCell.all {
      let suite = SimulatedSuite(cell.world)
      #expect(cell.pattern.families.count == cell.world.families.count)
      for gate in 0..<9 {
        let drops = cell.pattern.drops(suite, gate: gate)
        for (family, expected) in cell.pattern.familyDrops(gate: gate).enumerated() {
          let able = suite.tasks.indices.filter {
            suite.tasks[$0].family == family && suite.tasks[$0].ability != .lacking
          }
          let sound = able.filter { suite.tasks[$0].ability == .sound }
          for voting in [sound, able] where !voting.isEmpty {
            #expect(abs(voting.map { drops[$0] }.reduce(0, +) / Double(voting.count) - expected) < 1e-12)
          }
          for task in able {
            for share in suite.tasks[task].shares.dropFirst() {
              #expect(FlipRates(drop: drops[task], share: share, in: cell.world).loss < share)
            }
          }
        }
      }
    }
  }

  @Test("Dying and winning blocks leave a task's drop what it is, and die in as many blocks as they should")
  func fates() {
    let suite = SimulatedSuite(.core)
    for loss in [Loss.dying(0.5), .winning(0.12)] {
      var drop = 0.0
      for gate in 0..<Self.gates {
        let simulated = SimulatedGate(suite, seed: 9, gate: gate)
        let candidate = simulated.candidate(drops: suite.tasks.map { _ in 0.10 }, loss: loss)
        let lost = zip(simulated.base, candidate).reduce(0) { $0 + ($1.0 ? 1 : 0) - ($1.1 ? 1 : 0) }
        drop += Double(lost) / (Double(candidate.count) * 0.75)
      }
      // Three quarters of the answers are few-shot; about 7,000 blocks a kind.
      #expect(abs(drop / Double(Self.gates) - 0.10) < 0.004)
    }
  }

  @Test("A common shift moves every task of a candidate, a trade its k alone")
  func shifts() {
    let suite = SimulatedSuite(.core)
    let simulated = SimulatedGate(suite, seed: 4, gate: 1)
    let none = suite.tasks.map { _ in 0.0 }
    let plain = simulated.candidate(drops: none)
    let traded = simulated.candidate(drops: none, trade: [-0.10, 0, 0.10])
    for shot in 1...3 {
      let places = stride(from: shot, to: plain.count, by: 4)
      let change = places.reduce(0) { $0 + (traded[$1] ? 1 : 0) - (plain[$1] ? 1 : 0) }
      let expected = [0.10, 0, -0.10][shot - 1]
      #expect(abs(Double(change) / Double(plain.count / 4) - expected) < 0.03)
    }
    let shifted = simulated.candidate(drops: none, runShift: 0.05)
    #expect(shifted != plain)
  }

  @Test("Admission sees the abilities that the suites are made of")
  func admission() throws {
    var borderline = 0
    for world in [World.core, .unsure] {
      let suite = SimulatedSuite(world)
      for gate in 0..<12 {
        let admission = try SimulatedGate(suite, seed: 3, gate: gate).baseline().admission
        let admitted = Set(admission.filter(\.admitted).map(\.task))
        for task in suite.tasks {
          switch task.ability {
          case .sound: #expect(admitted.contains(task.facts.task))
          case .borderline: borderline += admitted.contains(task.facts.task) ? 1 : 0
          case .lacking: #expect(!admitted.contains(task.facts.task))
          }
        }
      }
    }
    #expect((1..<12).contains(borderline))
  }
}
