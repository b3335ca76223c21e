import CKernels
import Checkpoints

/// Which experts each row of a wave goes through, and with what weights.
///
/// The choice is of the largest of the router's logits, of equals the lowest index. A row's weights are exp(logit - largest) over the sum of
/// these, in double and rounded once: the sum goes over its chosen experts, or over all, in the order of their indices. A row's experts
/// stand in the order of their indices, in which what they say is added up, as transformers' `index_add_` does.
// The compiler cannot see why it may be shared: tasks write the choices of disjoint rows, and others read them once all are done.
final class ExpertChoices: @unchecked Sendable {
  /// How many experts a row goes through.
  let count: Int
  private let expertCount: Int
  private let normalises: Bool
  /// [rows, count], ascending within a row.
  private let experts: UnsafeMutablePointer<Int32>
  private let weights: UnsafeMutablePointer<Float>

  init(_ mixture: Mixture, rows: Int) {
    count = mixture.chosenCount
    expertCount = mixture.expertCount
    normalises = mixture.normalises
    let capacity = max(1, rows * mixture.chosenCount)
    experts = .allocate(capacity: capacity)
    weights = .allocate(capacity: capacity)
    experts.initialize(repeating: 0, count: capacity)
    weights.initialize(repeating: 0, count: capacity)
  }

  deinit {
    experts.deallocate()
    weights.deallocate()
  }

  func expert(_ choice: Int, row: Int) -> Int { Int(experts[row * count + choice]) }
  func weight(_ choice: Int, row: Int) -> Float { weights[row * count + choice] }

  /// Which of a row's choices an expert is.
  func choice(of expert: Int, row: Int) -> Int {
    (0..<count).first { experts[row * count + $0] == Int32(expert) } ?? 0
  }

  /// Adds to the gradients of the logits what those of a row's weights, [count], make of them.
  ///
  /// With w = softmax over the chosen c: ∂logit_c = w_c (∂w_c - Σ w ∂w). With w = softmax over all, the same sum comes off every expert's.
  func backward(
    row: Int, _ logits: UnsafePointer<Float>, dweights: UnsafePointer<Float>, dlogits: UnsafeMutablePointer<Float>
  ) {
    var mean = 0.0
    for choice in 0..<count { mean += Double(weight(choice, row: row)) * Double(dweights[choice]) }
    if !normalises {
      let largest = Double((0..<expertCount).reduce(-Float.infinity) { max($0, logits[$1]) })
      let sum = (0..<expertCount).reduce(0.0) { $0 + hf_double_exp(Double(logits[$1]) - largest) }
      for expert in 0..<expertCount {
        dlogits[expert] -= Float(hf_double_exp(Double(logits[expert]) - largest) / sum * mean)
      }
    }
    for choice in 0..<count {
      let own = Double(dweights[choice]) - (normalises ? mean : 0)
      dlogits[expert(choice, row: row)] += Float(Double(weight(choice, row: row)) * own)
    }
  }

  /// Chooses for some rows by their logits, [rows, experts].
  ///
  /// - Returns: whether all logits are finite numbers; where they are not, the rows' weights are none either.
  func choose(_ rows: Range<Int>, _ logits: UnsafePointer<Float>) -> Bool {
    guard hf_first_non_finite(logits, rows.count * expertCount) < 0 else {
      for row in rows {
        for choice in 0..<count {
          experts[row * count + choice] = Int32(choice)
          weights[row * count + choice] = .nan
        }
      }
      return false
    }
    for (offset, row) in rows.enumerated() {
      choose(logits + offset * expertCount, experts + row * count, weights + row * count)
    }
    return true
  }

  private func choose(
    _ logits: UnsafePointer<Float>, _ experts: UnsafeMutablePointer<Int32>, _ weights: UnsafeMutablePointer<Float>
  ) {
    // By insertion: the chosen so far, the largest first. A later expert goes behind its equals.
    var chosen = 0
    for expert in 0..<expertCount {
      let logit = logits[expert]
      if chosen == count, logit <= logits[Int(experts[count - 1])] { continue }
      var place = min(chosen, count - 1)
      while place > 0, logits[Int(experts[place - 1])] < logit {
        experts[place] = experts[place - 1]
        place -= 1
      }
      experts[place] = Int32(expert)
      chosen = min(chosen + 1, count)
    }
    let largest = Double(logits[Int(experts[0])])
    for end in 1..<max(1, count) {
      let expert = experts[end]
      var place = end
      while place > 0, experts[place - 1] > expert {
        experts[place] = experts[place - 1]
        place -= 1
      }
      experts[place] = expert
    }
    var sum = 0.0
    if normalises {
      for choice in 0..<count { sum += hf_double_exp(Double(logits[Int(experts[choice])]) - largest) }
    } else {
      for expert in 0..<expertCount { sum += hf_double_exp(Double(logits[expert]) - largest) }
    }
    for choice in 0..<count {
      weights[choice] = Float(hf_double_exp(Double(logits[Int(experts[choice])]) - largest) / sum)
    }
  }
}

/// The rows of each expert that any row chose.
struct ExpertRows {
  /// Ascending.
  let experts: [Int]
  /// By expert of `experts`, its rows, ascending: a range of `rows`.
  let ranges: [Range<Int>]
  let rows: [Int32]
  /// By row and choice: where among `rows` it is.
  let places: [Int32]

  init(_ choices: ExpertChoices, rowCount: Int, expertCount: Int) {
    let count = choices.count
    var starts = [Int](repeating: 0, count: expertCount + 1)
    for row in 0..<rowCount { for choice in 0..<count { starts[choices.expert(choice, row: row) + 1] += 1 } }
    for expert in 0..<expertCount { starts[expert + 1] += starts[expert] }
    var next = starts
    var rows = [Int32](repeating: 0, count: rowCount * count)
    var places = rows
    for row in 0..<rowCount {
      for choice in 0..<count {
        let expert = choices.expert(choice, row: row)
        rows[next[expert]] = Int32(row)
        places[row * count + choice] = Int32(next[expert])
        next[expert] += 1
      }
    }
    experts = (0..<expertCount).filter { starts[$0] < starts[$0 + 1] }
    ranges = experts.map { starts[$0]..<starts[$0 + 1] }
    self.rows = rows
    self.places = places
  }

  /// Neighbours in `experts` that are computed together: at most `capacity`, and of `rowLimit` rows unless one has more.
  func batches(capacity: Int, rowLimit: Int) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var begin = 0
    for index in experts.indices {
      let rows = ranges[index].upperBound - ranges[begin].lowerBound
      if index > begin, index - begin == capacity || rows > rowLimit {
        batches.append(begin..<index)
        begin = index
      }
    }
    return experts.isEmpty ? [] : batches + [begin..<experts.count]
  }
}
