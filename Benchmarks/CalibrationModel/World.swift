import Gating

/// What the simulated questions and answers are like.
package struct World: Sendable, Hashable {
  /// As the page calls it.
  package let name: String
  /// The tasks of each family.
  package let families: [[SimulatedTask.Ability]]
  /// Each family's true share of right answers at k = 4.
  package let levels: [Double]
  package let blocks: Int
  package let itemsPerBlock: Int
  /// The base's share at k = 1, 4 and 8 beside its level.
  package let steps: [Double]
  /// Intra-block and intra-item parts of what changes (`SimulatedGate`).
  package let change: Dependence
  /// Base and candidate differ in this share of the answers while the drop leaves room for it.
  package let discordance: Double
  /// However large its loss, a candidate gets some answers right that the base does not.
  package let leastGain: Double
  /// How many demonstrations a block's eight are drawn from, where what a block has in common is theirs; nil where blocks have nothing in
  /// common with each other.
  package let pool: Int?
  /// The share of answers, of base and candidate each by itself, that turn into their opposite: what a server's noise does.
  package let noise: Double

  init(
    _ name: String, families: [[SimulatedTask.Ability]] = World.smol, levels: [Double]? = nil, blocks: Int = 32,
    itemsPerBlock: Int = 4, steps: [Double] = [-0.08, 0, 0.04], change: Dependence = World.usual,
    discordance: Double = 0.15, leastGain: Double = 0.025, pool: Int? = nil, noise: Double = 0
  ) {
    self.name = name
    self.families = families
    self.levels = levels ?? families.indices.map { World.spread[$0 % World.spread.count] }
    self.blocks = blocks
    self.itemsPerBlock = itemsPerBlock
    self.steps = steps
    self.change = change
    self.discordance = discordance
    self.leastGain = leastGain
    self.pool = pool
    self.noise = noise
  }

  /// An intra-block correlation of t - b, mean over k > 0, of about .05, an item standard deviation of about .29 at a discordance of .15.
  static let usual = Dependence(block: 0.07, item: 0.70)
  static let spread = [0.56, 0.80, 0.60, 0.76, 0.65, 0.68, 0.72, 0.62, 0.58]
}

extension World {
  private static func tasks(_ counts: [Int]) -> [[SimulatedTask.Ability]] {
    counts.map { [SimulatedTask.Ability](repeating: .sound, count: $0) }
  }

  /// Voting tasks of the committed baseline of SmolLM2 135M on core 2, by family.
  static let smol = tasks([3, 3, 4, 3, 3, 3, 5, 3, 2])
  /// Its mean exact match at k = 4 in them.
  private static let smolLevels = [0.61, 0.58, 0.56, 0.65, 0.71, 0.72, 0.75, 0.74, 0.62]

  /// Core 2 as SmolLM2 can do it.
  package static let core = World("core 2", levels: smolLevels)
  /// The same beside a candidate that differs in as few answers as a carefully tuned one did.
  static let careful = World("core 2, answers differ in .08", levels: smolLevels, discordance: 0.08, leastGain: 0.02)
  /// The same in blocks of 8 and of 2.
  static let blocksOf8 = World("core 2 in blocks of 8", levels: smolLevels, blocks: 16, itemsPerBlock: 8)
  static let blocksOf2 = World("core 2 in blocks of 2", levels: smolLevels, blocks: 64, itemsPerBlock: 2)
  /// Core 1 as SmolLM2 could do it: twelve tasks in seven families, three of them with a single one.
  static let coreOne = World(
    "core 1", families: tasks([3, 1, 1, 1, 2, 2, 2]), blocks: 16, itemsPerBlock: 8)
  /// With a borderline task and one that is never admitted.
  package static let unsure = World(
    "core 2 with tasks at the edge of admission",
    families: [[.sound, .sound, .borderline], [.sound, .sound, .lacking]] + tasks([2, 2, 2, 2, 2, 2, 2]))

  static let clustered = World("items of a block change together (.25)", change: Dependence(block: 0.32, item: 0.50))
  static let tight = World("items of a block change together (.4)", change: Dependence(block: 0.50, item: 0.35))
  static let ceiling85 = World(
    "a base of .85 that gains nothing back", levels: [Double](repeating: 0.85, count: 9), steps: [0, 0, 0],
    discordance: 0.02, leastGain: 0.005)
  static let ceiling97 = World(
    "a base of .97", levels: [Double](repeating: 0.97, count: 9), steps: [0, 0, 0], discordance: 0.02,
    leastGain: 0.005)
  static let ceiling85Clustered = World(
    "a base of .85, blocks change together (.25)", levels: [Double](repeating: 0.85, count: 9), steps: [0, 0, 0],
    change: Dependence(block: 0.32, item: 0.50), discordance: 0.02, leastGain: 0.005)
  static let threeFamilies = World("three families of three tasks", families: tasks([3, 3, 3]))
  static let fourFamilies = World("four families of two tasks", families: tasks([2, 2, 2, 2]))
  static let pairs = World("families of two tasks", families: tasks([Int](repeating: 2, count: 9)))
  static let singles = World("families of one task", families: tasks([Int](repeating: 1, count: 9)))
  static let fewBlocks = World(
    "families of two tasks of 8 blocks", families: tasks([Int](repeating: 2, count: 9)), blocks: 8)
  static let fewestBlocks = World(
    "families of three tasks of 4 blocks", families: tasks([Int](repeating: 3, count: 9)), blocks: 4)
  static let noisy2 = World("2 % of all answers turn over by themselves", noise: 0.02)
  static let noisy5 = World("5 % of all answers turn over by themselves", noise: 0.05)
  static let crossed128 = World(
    "a block's part is its demonstrations', of 128", change: Dependence(block: 0.32, item: 0.50), pool: 128)
  static let crossed64 = World(
    "a block's part is its demonstrations', of 64", change: Dependence(block: 0.32, item: 0.50), pool: 64)
}

/// How a candidate's loss comes about in a task, its amount being given.
package enum Loss: Sendable, Hashable {
  /// Answer by answer, with what blocks and items have in common (`World.change`).
  case scattered
  /// This share of it in blocks of which no answer is left at any k, the rest scattered.
  case dying(Double)
  /// This share of the blocks is all right at every k, and the others lose so much more.
  case winning(Double)
}
