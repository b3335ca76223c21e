/// The sums that `VarianceComponents` divides, over all blocks of all tasks.
struct SumsOfSquares {
  private(set) var tasks = 0.0
  private(set) var blocks = 0.0
  private(set) var items = 0.0
  /// Σ_t (N_t - Σ_g m_g²/N_t), which is m₀ Σ_t (G_t - 1).
  private(set) var effectiveItems = 0.0
  /// Σ_g m_g (block mean - task mean)².
  private(set) var blockSquares = 0.0
  /// Σ_g Σ_i (item mean over draws - block mean)².
  private(set) var itemSquares = 0.0
  /// Σ_g m_g Σ_d (draw mean in the block - block mean)².
  private(set) var drawSquares = 0.0
  /// Σ_g Σ_i Σ_d (value - item mean - draw mean + block mean)².
  private(set) var residualSquares = 0.0

  mutating func add(_ task: DrawnTask) {
    let count = Double(task.blocks.count)
    let repeats = Double(task.draws.count)
    let itemMeans = task.blocks.indices.map { item in task.draws.reduce(0) { $0 + $1[item] } / repeats }
    let taskMean = itemMeans.reduce(0, +) / count
    var squaredSizes = 0.0
    // In a fixed order: a sum must not depend on how a dictionary happens to be laid out.
    for members in Dictionary(grouping: task.blocks.indices, by: { task.blocks[$0] }).sorted(by: { $0.key < $1.key })
      .map(\.value)
    {
      let size = Double(members.count)
      let blockMean = members.reduce(0) { $0 + itemMeans[$1] } / size
      blocks += 1
      squaredSizes += size * size
      blockSquares += size * (blockMean - taskMean) * (blockMean - taskMean)
      for item in members { itemSquares += (itemMeans[item] - blockMean) * (itemMeans[item] - blockMean) }
      for draw in task.draws {
        let drawMean = members.reduce(0) { $0 + draw[$1] } / size
        drawSquares += size * (drawMean - blockMean) * (drawMean - blockMean)
        for item in members {
          let residual = draw[item] - itemMeans[item] - drawMean + blockMean
          residualSquares += residual * residual
        }
      }
    }
    tasks += 1
    items += count
    effectiveItems += count - squaredSizes / count
  }
}
