import CKernels
import Checkpoints

/// The experts of one block over dense weights, forward and backward. Rows are gathered by expert, and added up expert by expert in the order
/// of their indices.
struct TrainableExperts {
  /// One map of one expert.
  struct Map {
    let linear: DenseLinear
    let delta: TrainableDelta?
  }

  private let spec: DecoderSpec
  private let width: Int
  private let layer: Int
  /// By expert, then by `ExpertMap`.
  private let maps: [[Map]]

  /// What an expert computes of its rows; made again for the backward pass, which is cheaper than keeping it.
  private struct Values {
    /// What the rows read, [rows, hidden].
    let x: FloatBuffer
    /// [rows, width]
    let gate: FloatBuffer
    let up: FloatBuffer
    let gated: FloatBuffer
    /// [rows, hidden]
    let said: FloatBuffer
    /// By `ExpertMap`.
    var traces: [TrainableDelta.Trace?]
  }

  /// Nil for a dense block. Throws `InputError` for a weight that is missing.
  init?(_ spec: DecoderSpec, layer: Int, _ parameters: Parameters, _ lowRank: LowRankSettings?) throws {
    guard let mixture = spec.mixture, spec.isSparse(layer: layer) else { return nil }
    self.spec = spec
    self.layer = layer
    width = mixture.width
    maps = try (0..<mixture.expertCount).map { expert in
      try zip(ExpertMap.allCases, mixture.experts).map { map, module in
        let path = spec.expertPath(map.projection, expert: expert, layer: layer) ?? ""
        let isAdapted = lowRank?.modules.contains(module.path.replacing("{expert}", with: String(expert))) ?? false
        return Map(
          linear: try parameters.linear("\(path).weight"),
          delta: try lowRank.flatMap { lowRank in
            guard isAdapted else { return nil }
            return TrainableDelta(
              a: try parameters.linear(lowRankName(path, "A")), b: try parameters.linear(lowRankName(path, "B")),
              scale: lowRank.scale, dropout: lowRank.dropout)
          })
      }
    }
  }

  private init(_ spec: DecoderSpec, width: Int, layer: Int, maps: [[Map]]) {
    (self.spec, self.width, self.layer, self.maps) = (spec, width, layer, maps)
  }

  /// The same with other low-rank additions.
  func replacing(_ change: (TrainableDelta?) -> TrainableDelta?) -> TrainableExperts {
    TrainableExperts(
      spec, width: width, layer: layer,
      maps: maps.map { $0.map { Map(linear: $0.linear, delta: change($0.delta)) } })
  }

  /// output [rows, hidden] = Σ weight · expert(x) over each row's choices.
  func forward(
    _ x: UnsafePointer<Float>, _ choices: ExpertChoices, rows: Int, output: UnsafeMutablePointer<Float>,
    _ pass: TrainableBlock.Pass
  ) {
    let hidden = spec.hiddenSize
    output.update(repeating: 0, count: rows * hidden)
    let chosen = ExpertRows(choices, rowCount: rows, expertCount: maps.count)
    for (expert, range) in zip(chosen.experts, chosen.ranges) {
      let own = chosen.rows[range]
      let values = values(expert, own, x, pass)
      pass.team.divide(own.count) { begin, count in
        for index in begin..<begin + count {
          let row = Int(own[own.startIndex + index])
          hf_add_scaled(
            output + row * hidden, values.said.pointer + index * hidden,
            choices.weight(choices.choice(of: expert, row: row), row: row), hidden)
        }
      }
    }
  }

  /// Adds to dx [rows, hidden] and to the gradients of the experts' weights; writes those of the rows' weights, [rows, chosen].
  func backward(
    _ x: UnsafePointer<Float>, _ choices: ExpertChoices, rows: Int, doutput: UnsafePointer<Float>,
    dx: UnsafeMutablePointer<Float>, dweights: UnsafeMutablePointer<Float>, _ pass: TrainableBlock.Pass
  ) {
    let hidden = spec.hiddenSize
    let chosen = ExpertRows(choices, rowCount: rows, expertCount: maps.count)
    for (expert, range) in zip(chosen.experts, chosen.ranges) {
      let own = chosen.rows[range]
      let values = values(expert, own, x, pass)
      let dsaid = FloatBuffer.zeros(own.count * hidden)
      pass.team.divide(own.count) { begin, count in
        for index in begin..<begin + count {
          let row = Int(own[own.startIndex + index])
          let choice = choices.choice(of: expert, row: row)
          let dy = doutput + row * hidden
          dweights[row * choices.count + choice] = Float(dot(dy, values.said.pointer + index * hidden, hidden))
          hf_add_scaled(dsaid.pointer + index * hidden, dy, choices.weight(choice, row: row), hidden)
        }
      }
      let dgated = FloatBuffer.zeros(own.count * width)
      let dgate = FloatBuffer.zeros(own.count * width)
      let dup = FloatBuffer.zeros(own.count * width)
      let dgathered = FloatBuffer.zeros(own.count * hidden)
      backward(.down, expert, values, values.gated, dy: dsaid, dx: dgated, rows: own.count, pass)
      hf_activate_times_backward(
        spec.activation.rawValue, values.gate.pointer, values.up.pointer, dgated.pointer, own.count * width,
        dgate.pointer, dup.pointer)
      backward(.gate, expert, values, values.x, dy: dgate, dx: dgathered, rows: own.count, pass)
      backward(.up, expert, values, values.x, dy: dup, dx: dgathered, rows: own.count, pass)
      for (index, row) in own.enumerated() {
        hf_add(dx + Int(row) * hidden, dgathered.pointer + index * hidden, hidden)
      }
    }
  }

  private func values(
    _ expert: Int, _ rows: ArraySlice<Int32>, _ x: UnsafePointer<Float>, _ pass: TrainableBlock.Pass
  ) -> Values {
    let (count, hidden) = (rows.count, spec.hiddenSize)
    var values = Values(
      x: FloatBuffer(count * hidden), gate: FloatBuffer(count * width), up: FloatBuffer(count * width),
      gated: FloatBuffer(count * width), said: FloatBuffer(count * hidden),
      traces: Array(repeating: nil, count: ExpertMap.allCases.count))
    for (index, row) in rows.enumerated() {
      (values.x.pointer + index * hidden).update(from: x + Int(row) * hidden, count: hidden)
    }
    func multiply(_ map: ExpertMap, _ from: FloatBuffer, _ to: FloatBuffer) {
      let own = maps[expert][map.rawValue]
      own.linear.forward(from.pointer, rows: count, y: to.pointer, pass.team)
      values.traces[map.rawValue] = own.delta?.forward(
        from.pointer, rows: count, y: to.pointer, seed: seed(expert, map, pass), pass.team)
    }
    multiply(.gate, values.x, values.gate)
    multiply(.up, values.x, values.up)
    hf_activate_times_to(
      spec.activation.rawValue, values.gate.pointer, values.up.pointer, count * width, values.gated.pointer)
    multiply(.down, values.gated, values.said)
    return values
  }

  private func backward(
    _ map: ExpertMap, _ expert: Int, _ values: Values, _ x: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer, rows: Int,
    _ pass: TrainableBlock.Pass
  ) {
    let own = maps[expert][map.rawValue]
    own.linear.backward(x.pointer, dy: dy.pointer, rows: rows, dx: dx.pointer, pass.team)
    guard let delta = own.delta, let trace = values.traces[map.rawValue] else { return }
    delta.backward(
      x.pointer, trace, dy: dy.pointer, rows: rows, dx: dx.pointer, seed: seed(expert, map, pass), pass.team)
  }

  /// Every map of every expert drops inputs of its own.
  private func seed(_ expert: Int, _ map: ExpertMap, _ pass: TrainableBlock.Pass) -> UInt64 {
    let before = (layer * maps.count + expert) * ExpertMap.allCases.count + map.rawValue
    // Behind the places of all blocks' other maps.
    let place = UInt64(spec.layerCount * 16 + before + 1)
    return (pass.dropoutSeed ^ (place &* 0xD6E8_FEB8_6659_FD93)) &* 0x2545_F491_4F6C_DD1D
  }
}

/// Σ x y, in double.
func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Double {
  var sum = 0.0
  for index in 0..<count { sum += Double(x[index]) * Double(y[index]) }
  return sum
}
