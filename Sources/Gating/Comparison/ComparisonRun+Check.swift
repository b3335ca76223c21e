import Diagnostics

extension ComparisonRun {
  /// Whether its scores may be put beside the reference's, by the gate's own criteria (`Comparability`) as far as a run in the
  /// ledger keeps what they need. That an adapter sits on other weights is no fault here: any two models may be compared.
  ///
  /// - Returns: what differs without making the comparison wrong.
  /// - Throws: `InputError`, the difference named, where suite, prompts, draws, scoring version or the token ids of a task differ.
  func check(against reference: ComparisonRun) throws -> [Note] {
    let (base, own) = (reference.facts, facts)
    try demandEqual("suite", base.suite.name, own.suite.name)
    try demandEqual("suite's content hash", base.suite.hash, own.suite.hash)
    try demandEqual("number of draws", "\(base.draws)", "\(own.draws)")
    try demandEqual("prompt hash", base.suite.promptHash, own.suite.promptHash)
    if let first = reference.scoring, let second = scoring {
      try demandEqual("scoring version", "\(first)", "\(second)")
    }
    return try tokenNotes(reference) + differences(from: base)
  }

  private func differences(from base: ComparedModel) -> [Note] {
    var notes: [Note] = []
    func warn(_ what: String, _ first: String, _ second: String) {
      if first != second { notes.append(Note(.warning, "\(what): reference \(first), other \(second)")) }
    }
    warn("storage differs", base.model.storage, facts.model.storage)
    warn("numerics differ", base.numerics, facts.numerics)
    for side in [base, facts] where !side.isFinished {
      notes.append(Note(.warning, "run \(side.run ?? side.source) is not finished: what it has so far is compared"))
    }
    return notes
  }

  private func demandEqual(_ what: String, _ base: String, _ own: String) throws {
    guard base != own else { return }
    // A hash is compared whole and shown short.
    throw InputError(
      facts.source,
      "was not asked what the reference was: the \(what) differs (\(own.prefix(40)), not \(base.prefix(40)))",
      remedy: "compare models that were asked the same suite: 'holdfast run --model PATH --suite FOLDER' asks one")
  }
}

extension ComparisonRun {
  private func tokenNotes(_ reference: ComparisonRun) throws -> [Note] {
    let (differing, areAllKnown) = tokenIDs(beside: reference)
    if let task = differing {
      throw InputError(
        facts.source,
        "its token ids of task \(task) are not the reference's: its tokenizer reads the same text otherwise",
        remedy: "compare it with a model that reads the prompts as the same tokens")
    }
    guard reference.facts.model.tokenizer != facts.model.tokenizer else { return [] }
    return [
      areAllKnown
        ? Note(.note, "another tokenizer file, the same token ids for every request")
        : Note(
          .warning,
          "another tokenizer file, and whether it gives the same token ids is not known: a baseline keeps one hash a "
            + "task, which a share cannot be compared with")
    ]
  }

  /// The first task whose token ids differ, and whether those of every common task could be compared.
  private func tokenIDs(beside reference: ComparisonRun) -> (differing: String?, areAllKnown: Bool) {
    switch (reference.tokens, tokens) {
    case (.byTask(let base), .byTask(let own)):
      return (base.keys.filter { task in own[task] != nil && own[task] != base[task] }.min(), true)
    case (.byRequest(let base), .byRequest(let own)):
      let differing = base.keys.filter { task in
        let others = own[task] ?? [:]
        return (base[task] ?? [:]).contains { request, hash in others[request].map { $0 != hash } ?? false }
      }
      return (differing.min(), true)
    case (.byTask(let hashes), .byRequest(let requests)):
      return Self.tokenIDs(hashes, of: reference, beside: requests, of: self)
    case (.byRequest(let requests), .byTask(let hashes)):
      return Self.tokenIDs(hashes, of: self, beside: requests, of: reference)
    }
  }

  private static func tokenIDs(
    _ hashes: [String: String], of baseline: ComparisonRun, beside requests: [String: [String: String]],
    of run: ComparisonRun
  ) -> (differing: String?, areAllKnown: Bool) {
    let all = baseline.answersByTask
    let asked = run.answersByTask
    let common = requests.keys.filter { hashes[$0] != nil }
    // Of one prompt hash: as many answers are answers to the same questions.
    let whole = common.filter { asked[$0] == all[$0] }
    let differing = whole.filter { task in tokenHash(ofRequests: requests[task] ?? [:]) != hashes[task] }
    return (differing.min(), whole.count == common.count)
  }

  private var answersByTask: [String: Int] { Dictionary(grouping: scores, by: \.task).mapValues(\.count) }
}
