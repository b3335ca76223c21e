/// How many samples of each part every step has, by error diffusion: after any step, a part is less than one sample
/// behind or ahead of its share for two parts, and never far for more; a 20 % share of batch 8 is 2, 1, 2, 1, 2 and
/// then the same again.
struct MixComposition: Sendable {
  /// Before each step, how many samples of each part have gone by; one more entry than there are steps.
  let before: [[Int]]

  /// - Parameter shares: of each part, adding up to 1.
  init(shares: [Double], samplesPerStep: Int, stepCount: Int) {
    var counts = shares.map { _ in 0 }
    var before = [counts]
    before.reserveCapacity(stepCount + 1)
    for step in 0..<stepCount {
      // What every part should have by the end of the step; each sample goes to the part that is furthest behind.
      let wanted = shares.map { $0 * Double((step + 1) * samplesPerStep) }
      for _ in 0..<samplesPerStep {
        var most = 0
        for part in shares.indices.dropFirst()
        where wanted[part] - Double(counts[part]) > wanted[most] - Double(counts[most]) + 1e-9 {
          most = part
        }
        counts[most] += 1
      }
      before.append(counts)
    }
    self.before = before
  }

  /// The numbers of a part's samples in a step: which of all its samples they are.
  func range(step: Int, part: Int) -> Range<Int> { before[step][part]..<before[step + 1][part] }
}
