import Diagnostics
import Reading
import Suites

extension Baseline {
  private static let remedy: ShownText = "save the baseline again"

  /// - Throws: `InputError` naming the first part that contradicts another, or is no score.
  func validate(_ file: String) throws {
    func demand(_ holds: Bool, _ field: String, _ problem: ShownText) throws {
      if !holds { throw InputError(file, field: field, problem, remedy: Self.remedy) }
    }
    try demand((1...10_000).contains(run.draws), "draws", "is not between 1 and 10,000")
    let storage = run.model.storage
    try demand(
      isPlainName(storage, most: 40) && !storage.contains("."), "model.storage",
      "is no name of a type, such as bf16 or q4_K")
    if let server = run.server {
      try demand(
        server.noise >= 0 && server.noiseOfText >= 0 && server.noise.isFinite && server.noiseOfText.isFinite,
        "server.noise", "is no size")
      try demand((0...1_000_000).contains(server.moved ?? 0), "server.moved", "is no count of texts")
    }
    try demand((0...1).contains(familyMargin), "family_margin", "is not between 0 and 1")
    for (previous, next) in zip(admission, admission.dropFirst()) {
      try demand(previous.task != next.task, "admission", "task \(next.task) is given twice")
    }
    let tasks = Set(admission.map(\.task))
    for task in admission {
      try demand((0...1).contains(task.chance), "admission", "the chance of task \(task.task) is not between 0 and 1")
      try demand(run.tokenHashes[task.task] != nil, "token_hashes", "task \(task.task) is missing")
      try demand(task.admitted == (task.reason == nil), "admission", "task \(task.task): admitted contradicts reason")
    }
    let hasLogprobs = !(run.server?.writesOnly ?? false)
    for line in scores {
      let place = "scores (task \(line.task), item \(line.item), k \(line.k), draw \(line.draw))"
      try demand(tasks.contains(line.task), place, "the task has no admission")
      try demand(line.k >= 0 && line.block >= 0, place, "k or block is negative")
      try demand((0..<run.draws).contains(line.draw), place, "the draw is not below draws, \(run.draws)")
      let isPossible = line.logprob.map(Score.possibleLogprobs.contains) ?? true
      try demand(isPossible, place, "logprob is not a number from -1e45 to 0")
      try demand(
        (line.logprob != nil) == hasLogprobs, place,
        hasLogprobs ? "logprob is null" : "logprob is a number, of a model that only writes text")
    }
    for (previous, next) in zip(scores, scores.dropFirst()) where previous.isSameQuestion(as: next) {
      let place = "scores (task \(next.task), item \(next.item), k \(next.k), draw \(next.draw))"
      throw InputError(file, field: place, "the line is there twice", remedy: Self.remedy)
    }
    let byTask = Dictionary(grouping: scores, by: \.task)
    for task in tasks.sorted() { try validateGrid(of: task, byTask[task] ?? [], file: file) }
  }

  /// Every item of a task is asked at the same k and under every draw, and belongs to one block.
  private func validateGrid(of task: String, _ lines: [ItemScore], file: String) throws {
    guard !lines.isEmpty else {
      throw InputError(file, field: "scores", "task \(task) has none", remedy: Self.remedy)
    }
    let shots = Set(lines.map(\.k)).count
    for (item, ofItem) in Dictionary(grouping: lines, by: \.item).sorted(by: { $0.key < $1.key }) {
      guard ofItem.count == shots * run.draws else {
        throw InputError(
          file, field: "scores", "task \(task), item \(item) has \(ofItem.count) of \(shots * run.draws) lines",
          remedy: Self.remedy)
      }
      guard Set(ofItem.map(\.block)).count == 1 else {
        throw InputError(
          file, field: "scores", "task \(task), item \(item) is in more than one block", remedy: Self.remedy)
      }
    }
  }
}

extension ItemScore {
  /// Whether two scores answer the same question.
  func isSameQuestion(as other: ItemScore) -> Bool {
    task == other.task && item == other.item && k == other.k && draw == other.draw
  }
}
