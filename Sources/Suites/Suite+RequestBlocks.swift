extension Suite {
  /// Every request of one draw, block by block, the tasks interleaved: block 0 of every task, then block 1 of every
  /// task, so that what was scored when a run was stopped is spread over all of them.
  ///
  /// - Parameters:
  ///   - draw: which draw of demonstrations, from 0.
  ///   - share: the blocks to ask, the same ones for every model.
  package func requestBlocks(draw: Int = 0, share: Share = .all) -> [RequestBlock] {
    let plans = tasks.map { task in
      (task: task, prompt: Prompt(task), blocks: Array(task.blocks.prefix(share.blocks(of: task.blockCount))))
    }
    let rounds = plans.map(\.blocks.count).max() ?? 0
    return (0..<rounds).flatMap { round in
      plans.compactMap { plan in
        plan.blocks.indices.contains(round)
          ? requestBlock(plan.blocks[round], of: plan.task, prompt: plan.prompt, draw: draw) : nil
      }
    }
  }

  private func requestBlock(_ block: Block, of task: TaskDefinition, prompt: Prompt, draw: Int) -> RequestBlock {
    let demonstrations = task.demonstrations(for: block, draw: draw, suiteSeed: seed)
    let prefixes = prompt.prefixes(demonstrations)
    var observations: [Observation] = []
    for k in task.shots where k < prefixes.count {
      for item in block.items {
        let context = prefixes[k] + prompt.query(item)
        for (role, request) in requests(item, context: context, task: task, prompt: prompt) {
          observations.append(
            Observation(
              task: task.name, family: task.family, item: item.id, block: block.index, k: k, draw: draw,
              condition: .gold, role: role, request: request))
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
    let rule = ExactMatchRule(accepted: [item.output] + item.aliases, stop: task.stop)
    let gold = Request(context: context, continuation: prompt.continuation(item.output), exactMatch: rule)
    var requests: [(Role, Request)] = [(.gold, gold)]
    for (index, choice) in (item.choices ?? []).enumerated() where choice != item.output {
      let request = Request(context: context, continuation: prompt.continuation(choice), exactMatch: nil)
      requests.append((.choice(index), request))
    }
    return requests
  }
}
