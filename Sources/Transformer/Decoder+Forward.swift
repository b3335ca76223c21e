import CKernels
import Checkpoints
import Diagnostics
import Synchronization

extension Decoder {
  /// Runs a wave and returns what the model says after each of its scored rows, in their order.
  ///
  /// - Throws: `InputError` for weights or activations that are not finite, the tensor or layer named; `Interrupted` between two layers.
  package func forward(_ wave: Wave) throws -> [NextToken] {
    try forward(wave, inspectLogits: nil)
  }

  /// All logits at the scored rows, [scored rows][vocabulary]: for tests and for comparison with other engines.
  package func logits(_ wave: Wave) throws -> [[Float]] {
    var rows = [[Float]](repeating: Array(repeating: 0, count: spec.vocabularySize), count: wave.scored.count)
    _ = try forward(wave) { firstRow, _, firstToken, tokens, logits in
      for token in 0..<tokens { rows[firstRow][firstToken + token] = logits[token] }
    }
    return rows
  }

  /// - Parameters:
  ///   - caches: one a segment of the wave, where each segment continues a sequence of its own, with room for its rows,
  ///     which are added to it.
  ///   - inspectLogits: as `VocabularyProjection.forward` has it.
  func forward(
    _ wave: Wave, caches: [SequenceCache]? = nil,
    inspectLogits: ((Int, Int, Int, Int, UnsafePointer<Float>) -> Void)?
  ) throws -> [NextToken] {
    let buffers = prepare(wave)
    embed(wave, into: buffers.residual)
    let attentionRows = AttentionRows(
      spec: spec, queries: buffers.queries.pointer, output: buffers.attended.pointer)
    let plan = caches == nil ? AttentionPlan(wave, unitRows: AttentionScratch.unitRows(spec)) : nil
    let ranges = wave.adapterRanges.isEmpty ? [.init(rows: 0..<wave.rowCount, adapter: nil)] : wave.adapterRanges
    let blocks = Self.blocks(ranges, rows: team.taskRows(wave.rowCount, atMost: BlockScratch.rows))
    for index in 0..<spec.layerCount {
      // A wave of a large model takes a minute: who wants it to end does not wait for that.
      try Interruption.check()
      try decode {
        try layer.load(weights.layers[index], at: index, team: team, scratch: scratch, path: weights.path)
      }
      spine.restore(layer: index, count: wave.spineLength, keys: buffers.keys, values: buffers.values)
      for part in steps[index].parts {
        switch part {
        case .rows(let steps):
          try takeRows(steps, blocks) {
            BlockPlace(blocks[$0], layer: index, wave, buffers, rowScratch[$1], spec, $1)
          }
        case .attend:
          if let plan {
            let attention = Attention(
              spec: spec, layer: index, plan: plan, spineLength: wave.spineLength, keys: buffers.keys.pointer,
              values: buffers.values.pointer, rows: attentionRows)
            team.run(attention.taskCount) { task, worker in
              attention.forward(task: task, scratch: attentionScratch[worker])
            }
          } else if let caches {
            let attention = CachedAttention(
              spec: spec, layer: index, segments: wave.segments, caches: caches, keys: buffers.keys.pointer,
              values: buffers.values.pointer, rows: attentionRows)
            team.run(attention.taskCount) { task, worker in
              attention.forward(task: task, scratch: attentionScratch[worker])
            }
          }
        case .mix(let from):
          guard let mixture = buffers.mixture else { continue }
          try mix(
            from == .mlpNormed ? mixture.normed.pointer : buffers.residual.pointer, layer: index,
            rowCount: wave.rowCount, mixture, ranges: ranges)
        }
      }
      spine.save(layer: index, slots: wave.carriedSlots, keys: buffers.keys, values: buffers.values)
    }
    return try project(wave, buffers, inspectLogits)
  }

  /// Takes every block of rows through the same steps.
  ///
  /// - Throws: `InputError` where the residual stream, or a router's logit, is not a finite number after them.
  private func takeRows(
    _ steps: [BlockStep], _ blocks: [RowBlock], _ place: (_ task: Int, _ worker: Int) -> BlockPlace
  ) throws {
    let firstBad = Atomic<Int>(Int.max)  // A block's number.
    let firstUnrouted = Atomic<Int>(Int.max)
    team.run(blocks.count) { task, worker in
      let place = place(task, worker)
      for step in steps where !take(step, place) { firstUnrouted.min(task, ordering: .relaxed) }
      if !place.isFinite { firstBad.min(task, ordering: .relaxed) }
    }
    let (bad, unrouted) = (firstBad.load(ordering: .relaxed), firstUnrouted.load(ordering: .relaxed))
    guard min(bad, unrouted) != Int.max else { return }
    let layer = place(0, 0).layer
    if bad != Int.max { throw nonFiniteActivation(blocks[bad].adapter, at: "layer \(layer)") }
    throw nonFiniteActivation(blocks[unrouted].adapter, at: "the router of layer \(layer)")
  }

  private static func blocks(_ ranges: [Wave.AdapterRange], rows: Int) -> [RowBlock] {
    ranges.flatMap { range in
      stride(from: range.rows.lowerBound, to: range.rows.upperBound, by: rows).map {
        RowBlock(rows: $0..<min($0 + rows, range.rows.upperBound), adapter: range.adapter)
      }
    }
  }

  /// Buffers that are large enough, kept from wave to wave.
  private func prepare(_ wave: Wave) -> Activations {
    let slots = wave.spineLength + wave.rowCount
    rotary.reserve(Int(wave.positions.max() ?? 0) + 1)
    if let kept = activations, kept.rowCapacity >= wave.rowCount, kept.slotCapacity >= slots { return kept }
    activations = nil
    let made = Activations(spec, rows: wave.rowCount, slots: slots)
    activations = made
    return made
  }

  private func embed(_ wave: Wave, into residual: FloatBuffer) {
    team.run((wave.rowCount + 63) / 64) { task, worker in
      for row in task * 64..<min(wave.rowCount, task * 64 + 64) {
        let token = Int(wave.tokens[row])
        let to = residual.pointer + row * spec.hiddenSize
        weights.embedding.decode(rows: token..<token + 1, into: to)
        if spec.embeddingScale != 1 { hf_scale_and_cap(to, spec.hiddenSize, spec.embeddingScale, 0) }
        guard let positions = weights.positions else { continue }
        let position = Int(wave.positions[row])
        positions.decode(rows: position..<position + 1, into: scratch[worker].pointer)
        hf_add(to, scratch[worker].pointer, spec.hiddenSize)
      }
    }
  }

  /// Takes the rows of a block through one of its steps; false where a router's logit is not a finite number.
  private func take(_ step: BlockStep, _ place: BlockPlace) -> Bool {
    let rows = place.block.rows.count
    switch step {
    case .normalise(let norm, let from, let to):
      guard let weights = weights.layers[place.layer].norms[norm.rawValue] else { break }
      weights.apply(
        spec.norm(at: norm), place[from], rows: rows * spec.extent(of: norm).perRow, into: place[to])
    case .project(let projection, let from, let to):
      linear(projection, place, place[from], place[to])
    case .rotate(let value):
      guard let table = rotary.table(layer: place.layer) else { break }
      let width = spec.width(of: value, layer: place.layer)
      for (offset, row) in place.block.rows.enumerated() {
        table.rotate(
          place[value] + offset * width, heads: width / spec.headDimension, position: Int(place.positions[row]))
      }
    // Rows meet there.
    case .attend, .mix: break
    case .choose:
      place[.experts].update(repeating: 0, count: rows * spec.hiddenSize)
      return activations?.mixture?.choices.choose(place.block.rows, place[.routerLogits]) ?? true
    case .blend:
      let hasGate = layer.matrix(.sharedGate, layer: place.layer) != nil
      blend(place[.experts], place[.shared], gate: hasGate ? place[.sharedGate] : nil, rows: rows)
    case .activate:
      let count = rows * spec.mlpWidth(layer: place.layer)
      if spec.isGated {
        hf_activate_times(spec.activation.rawValue, place[.gate], place[.up], count)
      } else {
        hf_activate(spec.activation.rawValue, place[.up], count)
      }
    case .add(let branch, let base, _):
      let count = rows * spec.hiddenSize
      if spec.residualScale == 1 {
        hf_add(place[base], place[branch], count)
      } else {
        hf_add_scaled(place[base], place[branch], spec.residualScale, count)
      }
    }
    return true
  }

  /// y = W x + b, with the block's adapter where it has a delta for this projection.
  private func linear(
    _ projection: Projection, _ place: BlockPlace, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    guard let matrix = layer.matrix(projection, layer: place.layer) else { return }
    let rows = place.block.rows.count
    matrix.multiply(x, stride: matrix.inputs, rows: rows, into: y, stride: matrix.outputs)
    if let bias = weights.layers[place.layer].matrices[projection.rawValue]?.bias {
      for row in 0..<rows { hf_add(y + row * matrix.outputs, bias, matrix.outputs) }
    }
    guard let adapter = place.block.adapter, let delta = adapters[adapter].delta(place.layer, projection) else {
      return
    }
    delta.add(
      x, stride: matrix.inputs, rows: rows, to: y, stride: matrix.outputs, scratch: scratch[place.worker].pointer)
  }

  private func project(
    _ wave: Wave, _ buffers: Activations, _ inspect: ((Int, Int, Int, Int, UnsafePointer<Float>) -> Void)?
  ) throws -> [NextToken] {
    let hidden = spec.hiddenSize
    let normed = FloatBuffer(wave.scored.count * hidden)
    for (index, scored) in wave.scored.enumerated() {
      weights.finalNorm.apply(
        spec.norm, buffers.residual.pointer + scored.row * hidden, rows: 1, into: normed.pointer + index * hidden)
    }
    let result = try projection.forward(
      normed.pointer, count: wave.scored.count, targets: wave.scored.map(\.targets), team: team, scratch: scratch,
      inspect: inspect)
    if let bad = result.firstIndex(where: { !$0.logSumExp.isFinite || !$0.targetLogits.allSatisfy(\.isFinite) }) {
      let row = wave.scored[bad].row
      throw nonFiniteActivation(
        wave.adapterRanges.first { $0.rows.contains(row) }?.adapter, at: "the vocabulary projection")
    }
    return result
  }

  /// A number that is not finite came up inside the model: the run stops, and no score is made of it.
  ///
  /// - Parameter adapter: the index of the one on the rows where it came up. Weights that are finite can still be too large together.
  private func nonFiniteActivation(_ adapter: Int?, at place: String) -> InputError {
    guard let adapter else {
      return InputError(
        weights.path, field: place, "an activation is not a finite number",
        remedy: "the checkpoint is damaged or its training diverged: use an earlier one")
    }
    return InputError(
      adapters[adapter].path, field: place, "with this adapter on \(weights.path) an activation is not a finite number",
      remedy: "the adapter is damaged or its training diverged: use an earlier one")
  }
}
