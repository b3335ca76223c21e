import Statistics

/// What a part of a fine-tuning has to do with the loss, as a share of it.
package struct LossShare: Sendable, Hashable, Codable {
  package let share: Double
  /// 95 %, clustered by block: of the gain, in parts of the loss, which is taken as it is. Nil where there is one block.
  package let interval: Interval?

  package init(share: Double, interval: Interval?) {
    self.share = share
    self.interval = interval
  }

  /// A loss below this, in probability, has no shares.
  package static let leastLoss = 0.005

  /// - Parameters:
  ///   - gains: item by item, a task each; tasks weigh equally.
  ///   - loss: that they are a share of.
  /// - Returns: nil where there is hardly a loss.
  package init?(gains: [TaskValues], loss: Double) {
    let means = gains.compactMap { TaskEstimate($0)?.mean }
    guard loss >= Self.leastLoss, let gain = unitMean(families: [means]) else { return nil }
    share = gain / loss
    interval = Self.estimate(gains).map {
      let range = $0.interval()
      // The pooled mean weighs items, the share tasks.
      let shift = gain - $0.mean
      return Interval(((range.lowerBound + shift) / loss)...((range.upperBound + shift) / loss))
    }
  }

  /// Where a task has one block only, the blocks of all tasks are one sample.
  private static func estimate(_ gains: [TaskValues]) -> UnitEstimate? {
    if let estimate = UnitEstimate(families: [gains], areAnswers: false) { return estimate }
    let places = gains.enumerated().flatMap { index, task in task.blocks.map { index << 32 | $0 } }
    return UnitEstimate(task: TaskValues(values: gains.flatMap(\.values), blocks: places), areAnswers: false)
  }
}
