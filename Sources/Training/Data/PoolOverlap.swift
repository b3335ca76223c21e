import Diagnostics
import Reading
import Suites

extension TrainingPlan {
  /// Checks what is mixed in or preserved against the suites that will judge the result. Texts are compared trimmed
  /// and without regard to case.
  ///
  /// - Returns: one line for every input that a suite also has, with another answer.
  /// - Throws: `InputError` for a pool's (input, output) pair that a suite also has: the gate would measure
  ///   what was trained.
  package func checkOverlap(with suites: [Suite]) throws -> [String] {
    let index = SuiteIndex(suites)
    var warnings: [String] = []
    func check(_ input: String, _ output: String, _ file: String, _ line: Int) throws {
      guard let hits = index.hits(input) else { return }
      if let equal = hits.first(where: { $0.answers.contains(SuiteIndex.key(output)) }) {
        throw InputError(
          file, field: "line \(line)", "is an item of the suite's task '\(equal.task)' (\(equal.suite))",
          remedy: "leave it out: what is trained cannot be gated")
      }
      if let first = hits.first {
        warnings.append(
          "\(file): line \(line): the input is also one of the suite's task '\(first.task)' (\(first.suite))")
      }
    }
    if let general = recipe.mix.general {
      for line in generalLines {
        for exchange in line.content.exchanges {
          try check(exchange.question, exchange.answer, general.data, line.number)
        }
      }
    }
    var seen: Set<String> = []
    for pool in [fewShotPool, preservationPool].compactMap({ $0 }) where seen.insert(pool.path).inserted {
      for task in pool.tasks {
        for item in task.items { try check(item.input, item.output, task.path, item.line) }
      }
    }
    return warnings
  }
}

/// The inputs of suites, and the rendered queries, with their answers.
private struct SuiteIndex {
  struct Hit {
    let suite: String
    let task: String
    let answers: Set<String>
  }

  private var byInput: [String: [Hit]] = [:]

  init(_ suites: [Suite]) {
    for suite in suites {
      for task in suite.tasks {
        for item in task.items {
          let hit = Hit(
            suite: suite.name, task: task.name, answers: Set(([item.output] + item.aliases).map(Self.key)))
          byInput[Self.key(item.input), default: []].append(hit)
          let query = Self.key(task.template.replacing("{input}", with: item.input))
          if query != Self.key(item.input) { byInput[query, default: []].append(hit) }
        }
      }
    }
  }

  func hits(_ input: String) -> [Hit]? { byInput[Self.key(input)] }

  static func key(_ text: String) -> String { text.stripped().lowercased() }
}
