import CKernels
import Checkpoints
import Diagnostics

/// Rows of one expert that a thread takes through it together: of one adapter, at most `BlockScratch.rows`.
private struct ExpertTask {
  /// Among the experts that are packed.
  let place: Int
  let expert: Int
  /// Of `ExpertRows.rows`.
  let range: Range<Int>
  let adapter: Int?
}

extension Decoder {
  /// The weighted sum of what each row's experts say. Only experts that a row chose are decoded, some at a time.
  ///
  /// An expert's rows are gathered, multiplied as any rows are, and added to their sums expert by expert in the order of the indices: which
  /// others chose the same expert decides who computes a row, never what.
  ///
  /// - Parameter x: what the experts read, [rows, hidden]. The sums begin with what `buffers.sum` holds.
  func mix(
    _ x: UnsafePointer<Float>, layer: Int, rowCount: Int, _ buffers: MixtureBuffers, ranges: [Wave.AdapterRange]
  ) throws {
    guard let experts, let mixture = spec.mixture else { return }
    let hidden = spec.hiddenSize
    let chosen = ExpertRows(buffers.choices, rowCount: rowCount, expertCount: mixture.expertCount)
    for batch in chosen.batches(capacity: experts.capacity, rowLimit: rowCount) {
      try Interruption.check()
      try decode {
        try experts.load(
          batch.map { weights.layers[layer].experts[chosen.experts[$0]] }, team: team, scratch: scratch,
          path: weights.path)
      }
      let positions = chosen.ranges[batch.lowerBound].lowerBound..<chosen.ranges[batch.upperBound - 1].upperBound
      let tasks = tasks(batch, chosen, ranges, rows: team.taskRows(positions.count, atMost: BlockScratch.rows))
      team.run(tasks.count) { task, worker in
        let task = tasks[task]
        forward(
          task, x, chosen, into: buffers.said.pointer + (task.range.lowerBound - positions.lowerBound) * hidden,
          layer: layer, worker: worker)
      }
      team.run((rowCount + 63) / 64) { task, _ in
        for row in task * 64..<min(rowCount, task * 64 + 64) {
          for choice in 0..<buffers.choices.count {
            let place = Int(chosen.places[row * buffers.choices.count + choice])
            guard positions.contains(place) else { continue }
            hf_add_scaled(
              buffers.sum.pointer + row * hidden, buffers.said.pointer + (place - positions.lowerBound) * hidden,
              buffers.choices.weight(choice, row: row), hidden)
          }
        }
      }
    }
  }

  private func tasks(
    _ batch: Range<Int>, _ chosen: ExpertRows, _ adapterRanges: [Wave.AdapterRange], rows: Int
  ) -> [ExpertTask] {
    var tasks: [ExpertTask] = []
    for index in batch {
      var begin = chosen.ranges[index].lowerBound
      let end = chosen.ranges[index].upperBound
      // Both ascend by row.
      for range in adapterRanges {
        while begin < end, range.rows.contains(Int(chosen.rows[begin])) {
          var stop = begin + 1
          while stop < end, stop - begin < rows, range.rows.contains(Int(chosen.rows[stop])) { stop += 1 }
          tasks.append(
            ExpertTask(
              place: index - batch.lowerBound, expert: chosen.experts[index], range: begin..<stop,
              adapter: range.adapter))
          begin = stop
        }
      }
    }
    return tasks
  }

  /// down(activation(gate x) · up x) of one expert for some rows, [rows, hidden].
  private func forward(
    _ task: ExpertTask, _ x: UnsafePointer<Float>, _ chosen: ExpertRows, into output: UnsafeMutablePointer<Float>,
    layer: Int, worker: Int
  ) {
    let (rows, hidden) = (task.range.count, spec.hiddenSize)
    let own = rowScratch[worker]
    for (offset, position) in task.range.enumerated() {
      (own.normed.pointer + offset * hidden).update(from: x + Int(chosen.rows[position]) * hidden, count: hidden)
    }
    func multiply(_ map: ExpertMap, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
      guard let matrix = experts?.matrix(map, at: task.place) else { return }
      matrix.multiply(from, stride: matrix.inputs, rows: rows, into: to, stride: matrix.outputs)
      guard let adapter = task.adapter, let delta = adapters[adapter].delta(layer, expert: task.expert, map) else {
        return
      }
      delta.add(
        from, stride: matrix.inputs, rows: rows, to: to, stride: matrix.outputs, scratch: scratch[worker].pointer)
    }
    multiply(.gate, own.normed.pointer, own.gate.pointer)
    multiply(.up, own.normed.pointer, own.up.pointer)
    hf_activate_times(
      spec.activation.rawValue, own.gate.pointer, own.up.pointer, rows * (spec.mixture?.width ?? 0))
    multiply(.down, own.gate.pointer, output)
  }

  /// base + branch · σ(gate), gate one number a row; without it base + branch. In place of the base, [rows, hidden].
  func blend(
    _ base: UnsafeMutablePointer<Float>, _ branch: UnsafePointer<Float>, gate: UnsafePointer<Float>?, rows: Int
  ) {
    let hidden = spec.hiddenSize
    for row in 0..<rows {
      hf_add_scaled(base + row * hidden, branch + row * hidden, gate.map { sigmoid($0[row]) } ?? 1, hidden)
    }
  }
}

/// 1 / (1 + e^-x), in double and rounded once.
func sigmoid(_ x: Float) -> Float { Float(1 / (1 + hf_double_exp(-Double(x)))) }
