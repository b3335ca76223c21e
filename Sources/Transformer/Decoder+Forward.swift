import CKernels
import Checkpoints
import Diagnostics
import Synchronization

extension Decoder {
  /// Runs a wave and returns what the model says after each of its scored rows, in their order.
  ///
  /// - Throws: `InputError` for weights or activations that are not finite, the tensor or layer named.
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
    let firstBad = Atomic<Int>(Int.max)  // A block's number.
    for index in 0..<spec.layerCount {
      try layer.load(weights.layers[index], team: team, scratch: scratch, path: weights.path)
      spine.restore(layer: index, count: wave.spineLength, keys: buffers.keys, values: buffers.values)
      team.run(blocks.count) { task, worker in
        projectQueriesKeysValues(blocks[task], layer: index, wave, buffers, worker)
      }
      if let plan {
        let attention = Attention(
          spec: spec, plan: plan, spineLength: wave.spineLength, keys: buffers.keys.pointer,
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
      team.run(blocks.count) { task, worker in
        let finite = finishBlock(blocks[task], layer: index, buffers, worker)
        if !finite { firstBad.min(task, ordering: .relaxed) }
      }
      let bad = firstBad.load(ordering: .relaxed)
      if bad != Int.max { throw nonFiniteActivation(blocks[bad].adapter, at: "layer \(index)") }
      spine.save(layer: index, slots: wave.carriedSlots, keys: buffers.keys, values: buffers.values)
    }
    return try project(wave, buffers, inspectLogits)
  }

  /// Rows that one thread takes through the row-wise steps together: of one adapter, at most `BlockScratch.rows`.
  private struct RowBlock {
    let rows: Range<Int>
    let adapter: Int?
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
    let positions = Int(wave.positions.max() ?? 0) + 1
    if rotary.positionCount < positions {
      rotary = RotaryTable(spec, positionCount: max(512, 2 * rotary.positionCount, positions))
    }
    if let kept = activations, kept.rowCapacity >= wave.rowCount, kept.slotCapacity >= slots { return kept }
    activations = nil
    let made = Activations(spec, rows: wave.rowCount, slots: slots)
    activations = made
    return made
  }

  private func embed(_ wave: Wave, into residual: FloatBuffer) {
    team.run((wave.rowCount + 63) / 64) { task, _ in
      for row in task * 64..<min(wave.rowCount, task * 64 + 64) {
        let token = Int(wave.tokens[row])
        weights.embedding.decode(rows: token..<token + 1, into: residual.pointer + row * spec.hiddenSize)
      }
    }
  }

  /// y = W x, with the block's adapter where it has a delta for this projection.
  private func linear(
    _ matrix: PackedMatrix, _ projection: Projection, layer: Int, _ block: RowBlock, _ x: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, _ worker: Int
  ) {
    let rows = block.rows.count
    matrix.multiply(x, stride: matrix.inputs, rows: rows, into: y, stride: matrix.outputs)
    guard let adapter = block.adapter, let delta = adapters[adapter].delta(layer, projection) else { return }
    delta.add(
      x, stride: matrix.inputs, rows: rows, to: y, stride: matrix.outputs, scratch: scratch[worker].pointer)
  }

  private func normalise(_ block: RowBlock, by weight: [Float], _ buffers: Activations, _ worker: Int) {
    let hidden = spec.hiddenSize
    weight.withUnsafeBufferPointer { weight in
      for (index, row) in block.rows.enumerated() {
        hf_rms_norm(
          buffers.residual.pointer + row * hidden, weight.baseAddress, hidden, spec.normEpsilon,
          rowScratch[worker].normed.pointer + index * hidden)
      }
    }
  }

  private func projectQueriesKeysValues(
    _ block: RowBlock, layer index: Int, _ wave: Wave, _ buffers: Activations, _ worker: Int
  ) {
    normalise(block, by: weights.layers[index].attentionNorm, buffers, worker)
    let normed = rowScratch[worker].normed.pointer
    let first = block.rows.lowerBound
    let queries = buffers.queries.pointer + first * spec.queryWidth
    let slot = (wave.spineLength + first) * spec.keyValueWidth
    linear(layer.query, .query, layer: index, block, normed, queries, worker)
    linear(layer.key, .key, layer: index, block, normed, buffers.keys.pointer + slot, worker)
    linear(layer.value, .value, layer: index, block, normed, buffers.values.pointer + slot, worker)
    for (offset, row) in block.rows.enumerated() {
      let position = Int(wave.positions[row])
      rotary.rotate(queries + offset * spec.queryWidth, heads: spec.headCount, position: position)
      rotary.rotate(
        buffers.keys.pointer + slot + offset * spec.keyValueWidth, heads: spec.keyValueHeadCount, position: position)
    }
  }

  /// Everything of a layer after attention. Returns whether the residual stream is finite.
  private func finishBlock(_ block: RowBlock, layer index: Int, _ buffers: Activations, _ worker: Int) -> Bool {
    let own = rowScratch[worker]
    let first = block.rows.lowerBound
    let count = block.rows.count
    let residual = buffers.residual.pointer + first * spec.hiddenSize
    let attended = buffers.attended.pointer + first * spec.queryWidth
    linear(layer.attentionOutput, .attentionOutput, layer: index, block, attended, own.normed.pointer, worker)
    hf_add(residual, own.normed.pointer, count * spec.hiddenSize)
    normalise(block, by: weights.layers[index].mlpNorm, buffers, worker)
    linear(layer.gate, .gate, layer: index, block, own.normed.pointer, own.gate.pointer, worker)
    linear(layer.up, .up, layer: index, block, own.normed.pointer, own.up.pointer, worker)
    hf_silu_times(own.gate.pointer, own.up.pointer, count * spec.intermediateSize)
    linear(layer.down, .down, layer: index, block, own.gate.pointer, own.normed.pointer, worker)
    hf_add(residual, own.normed.pointer, count * spec.hiddenSize)
    return hf_first_non_finite(residual, count * spec.hiddenSize) < 0
  }

  private func project(
    _ wave: Wave, _ buffers: Activations, _ inspect: ((Int, Int, Int, Int, UnsafePointer<Float>) -> Void)?
  ) throws -> [NextToken] {
    let hidden = spec.hiddenSize
    let normed = FloatBuffer(wave.scored.count * hidden)
    weights.finalNorm.withUnsafeBufferPointer { weight in
      for (index, scored) in wave.scored.enumerated() {
        hf_rms_norm(
          buffers.residual.pointer + scored.row * hidden, weight.baseAddress, hidden, spec.normEpsilon,
          normed.pointer + index * hidden)
      }
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
