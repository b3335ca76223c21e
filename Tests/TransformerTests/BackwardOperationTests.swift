import CKernels
import COpenBLAS
import Foundation
import Testing
import Transformer

/// Goldens in float64 by PyTorch, whose own gradients were checked against central differences: Scripts/goldens/training.py.
@Suite("Each operation's backward is the gradient of its forward")
struct BackwardOperationTests {
  private let goldens: [String: [String: Any]]

  init() throws {
    let url = TrainingGolden.folder.appendingPathComponent("operations.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    goldens = try #require(json as? [String: [String: Any]])
  }

  @Test("RMSNorm")
  func rmsNorm() throws {
    let epsilon = try #require(goldens["rms_norm"]?["epsilon"] as? Double)
    let (x, weight, dy) = (try flat("rms_norm", "x"), try flat("rms_norm", "weight"), try flat("rms_norm", "dy"))
    let n = weight.count
    var y = x
    var dx = [Float](repeating: 0, count: x.count)
    var dweight = [Float](repeating: 0, count: n)
    for row in 0..<x.count / n {
      hf_rms_norm(Array(x[row * n..<row * n + n]), weight, n, Float(epsilon), &y[row * n])
      hf_rms_norm_backward(
        Array(x[row * n..<row * n + n]), weight, Array(dy[row * n..<row * n + n]), n, Float(epsilon), &dx[row * n],
        &dweight)
    }
    try expect(y, "rms_norm", "y")
    try expect(dx, "rms_norm", "dx")
    try expect(dweight, "rms_norm", "dweight")
  }

  @Test("SiLU times up")
  func silu() throws {
    let (gate, up, dy) = (try flat("silu_up", "gate"), try flat("silu_up", "up"), try flat("silu_up", "dy"))
    var (y, dgate, dup) = (gate, gate, gate)
    hf_activate_times_to(Int32(HF_SILU), gate, up, gate.count, &y)
    hf_activate_times_backward(Int32(HF_SILU), gate, up, dy, gate.count, &dgate, &dup)
    try expect(y, "silu_up", "y")
    try expect(dgate, "silu_up", "dgate")
    try expect(dup, "silu_up", "dup")
  }

  @Test("the rotary embedding")
  func rotary() throws {
    let positions = try #require(goldens["rotary"]?["positions"] as? [Int])
    let theta = try #require(goldens["rotary"]?["theta"] as? Double)
    var y = try flat("rotary", "x")
    var dx = try flat("rotary", "dy")
    for (row, position) in positions.enumerated() {
      let angles = (0..<3).map { Double(position) * pow(theta, -2 * Double($0) / 6) }
      let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
      hf_rotate(&y[row * 12], 2, 6, 6, 0, cosines, sines)
      hf_rotate_back(&dx[row * 12], 2, 6, 6, 0, cosines, sines)
    }
    try expect(y, "rotary", "y")
    try expect(dx, "rotary", "dx")
  }

  @Test("attention, of one sample and of two that are packed", arguments: ["attention", "attention_packed"])
  func attention(name: String) throws {
    try #require(hf_openblas_load() == 0)
    let scale = try #require(goldens[name]?["scale"] as? Double)
    let lengths = try #require(goldens[name]?["lengths"] as? [Int])
    var samples: [Range<Int>] = []
    for length in lengths { samples.append((samples.last?.upperBound ?? 0)..<(samples.last?.upperBound ?? 0) + length) }
    let attention = SequenceAttention(
      AttentionShape(headCount: 2, keyValueHeadCount: 1, headDimension: 4, scale: Float(scale)), samples: samples,
      team: ThreadTeam(2))
    let (q, k, v, dy) = (try flat(name, "q"), try flat(name, "k"), try flat(name, "v"), try flat(name, "dy"))
    var y = [Float](repeating: 0, count: q.count)
    var (dq, dk, dv) = (y, [Float](repeating: 0, count: k.count), [Float](repeating: 0, count: v.count))
    attention.forward(queries: q, keys: k, values: v, output: &y)
    attention.backward(queries: q, keys: k, values: v, doutput: dy, dqueries: &dq, dkeys: &dk, dvalues: &dv)
    try expect(y, name, "y")
    try expect(dq, name, "dq")
    try expect(dk, name, "dk")
    try expect(dv, name, "dv")
  }

  @Test("cross-entropy, of logits whose exp overflows fp32 too")
  func crossEntropy() throws {
    let targets = try #require(goldens["cross_entropy"]?["targets"] as? [Int])
    var logits = try flat("cross_entropy", "logits")
    let weights = try flat("cross_entropy", "dy")
    let n = logits.count / targets.count
    let losses = targets.indices.map { hf_cross_entropy_row(&logits[$0 * n], n, targets[$0], weights[$0]) }
    try expect(losses.map { Float($0) }, "cross_entropy", "y")
    try expect(logits, "cross_entropy", "dlogits")
  }

  private func flat(_ name: String, _ key: String) throws -> [Float] {
    func flatten(_ value: Any) -> [Float] {
      if let list = value as? [Any] { return list.flatMap(flatten) }
      return (value as? NSNumber).map { [$0.floatValue] } ?? []
    }
    return flatten(try #require(goldens[name]?[key], "\(name).\(key)"))
  }

  private func expect(_ actual: [Float], _ name: String, _ key: String) throws {
    let expected = try flat(name, key)
    let scale = max(1, expected.map(abs).max() ?? 0)
    let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(actual.count == expected.count && worst <= 2e-6 * scale, "\(name).\(key): differs by \(worst)")
  }
}
