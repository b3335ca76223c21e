extension Suite {
  /// Every request of one draw, block by block, the tasks interleaved: block 0 of every task, then block 1 of every
  /// task, so that what was scored when a run was stopped is spread over all of them.
  ///
  /// - Parameters:
  ///   - draw: which draw of demonstrations, from 0.
  ///   - share: the blocks to ask, the same ones for every model.
  ///   - asking: the condition; tasks for which it means nothing have no blocks.
  ///   - most: no more blocks of a task than this.
  /// - Throws: `InputError` where a chat template refuses a prompt.
  package func requestBlocks(
    draw: Int = 0, share: Share = .all, asking: Asking = .gold, rounds most: Int = .max
  ) throws -> [RequestBlock] {
    let plans = tasks.filter { $0.admits(asking) }.map { task in
      (
        task: task, prompt: Prompt(task, asking.condition),
        blocks: Array(task.blocks.prefix(share.blocks(of: task.blockCount)))
      )
    }
    let rounds = min(most, plans.map(\.blocks.count).max() ?? 0)
    return try (0..<rounds).flatMap { round in
      try plans.compactMap { plan -> RequestBlock? in
        guard plan.blocks.indices.contains(round) else { return nil }
        let block = try requestBlock(plan.blocks[round], of: plan.task, prompt: plan.prompt, draw: draw, asking: asking)
        // A control may leave nothing of a block to ask.
        return block.observations.isEmpty ? nil : block
      }
    }
  }

  private func requestBlock(
    _ block: Block, of task: TaskDefinition, prompt: Prompt, draw: Int, asking: Asking
  ) throws -> RequestBlock {
    let shown = task.shown(block, draw: draw, asking: asking, suiteSeed: seed)
    let prefixes = prompt.prefixes(shown.demonstrations)
    var observations: [Observation] = []
    for k in task.shots(asking.condition) where k < prefixes.count {
      for item in shown.items {
        let context =
          try chat?.context(prompt, shown.demonstrations.prefix(k), item) ?? prefixes[k] + prompt.query(item)
        for (role, request) in requests(item, context: context, task: task, prompt: prompt) {
          observations.append(
            Observation(
              task: task.name, family: task.family, item: item.id, block: block.index, k: k, draw: draw,
              condition: asking.condition, role: role, request: request))
        }
      }
    }
    return RequestBlock(task: task.name, block: block.index, draw: draw, observations: observations)
  }

  /// The gold answer first; then the other choices. The choice that equals the gold answer is not asked again: its
  /// logprob is the gold request's.
  private func requests(
    _ item: Item, context: String, task: TaskDefinition, prompt: Prompt
  ) -> [(Role, Request)] {
    // A chat's prompt ends where the answer begins, and has the special tokens that its template writes.
    func asked(_ answer: String, exactMatch rule: ExactMatchRule?) -> Request {
      Request(
        context: context, continuation: chat?.continuation(prompt, answer) ?? prompt.continuation(answer),
        specialTokens: chat == nil, exactMatch: rule)
    }
    let rule = ExactMatchRule(accepted: [item.output] + item.aliases, stop: task.stop(in: chat?.form ?? .raw))
    let gold = asked(item.output, exactMatch: rule)
    var requests: [(Role, Request)] = [(.gold, gold)]
    for (index, choice) in (item.choices ?? []).enumerated() where choice != item.output {
      requests.append((.choice(index), asked(choice, exactMatch: nil)))
    }
    return requests
  }
}
