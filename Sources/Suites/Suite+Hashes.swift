extension Suite {
  /// SHA-256 over what is asked and how it is weighed: name, version, seed and, task by task, everything but the
  /// source note, the licence and the instruction, which prompts' hashes have where it is asked. Two suites of one hash
  /// put the same questions, wherever their folders are.
  package var hash: String {
    var digest = CanonicalDigest("holdfast suite 1")
    digest.append(name)
    digest.append(version)
    digest.append(seed)
    digest.append(tasks.count)
    for task in tasks { task.append(to: &digest) }
    return digest.hexadecimal()
  }

  /// SHA-256 over every rendered request of the first `draws` draws, with its place (task, item, k, draw, role):
  /// equal hashes mean equal prompts, whichever version rendered them. It covers the whole suite, so that a run of a
  /// share compares with a run of everything.
  package func promptHash(draws: Int = 1) throws -> String {
    promptHash(of: try (0..<max(0, draws)).flatMap { try requestBlocks(draw: $0) })
  }

  /// The same over some blocks: equal hashes mean equal questions.
  package func promptHash(of blocks: some Sequence<RequestBlock>) -> String {
    var digest = CanonicalDigest("holdfast prompts 1")
    digest.append(chat.map { "chat: \($0.description.identity)" } ?? "chat: none")
    for block in blocks {
      for observation in block.observations { observation.append(to: &digest) }
    }
    return digest.hexadecimal()
  }
}

extension Observation {
  fileprivate func append(to digest: inout CanonicalDigest) {
    digest.append(task)
    digest.append(item)
    digest.append(block)
    digest.append(k)
    digest.append(draw)
    digest.append(condition.rawValue)
    switch role {
    case .gold: digest.append(-1)
    case .choice(let index): digest.append(index)
    }
    digest.append(request.id)
  }
}

extension TaskDefinition {
  fileprivate func append(to digest: inout CanonicalDigest) {
    digest.append([name, family])
    digest.append(version)
    digest.append([template, answerPrefix, separator, stop])
    digest.append(shots.count)
    for k in shots { digest.append(k) }
    digest.append(blockSize)
    switch pool {
    case .first(let count):
      digest.append("pool")
      digest.append(count)
    case .closed(let count):
      digest.append("closed")
      digest.append(count)
    }
    digest.append(conditions.map(\.rawValue))
    for (key, text) in [("system", chat.system), ("prefill", chat.prefill)] {
      if let text { digest.append(["chat \(key)", text]) }
    }
    digest.append(items.count)
    for item in items {
      digest.append([item.id, item.input, item.output])
      digest.append(item.aliases)
      digest.append(item.choices == nil ? 0 : 1)
      digest.append(item.choices ?? [])
    }
  }
}
