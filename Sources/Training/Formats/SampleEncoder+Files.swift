import Diagnostics

extension SampleEncoder {
  /// A data file's samples, in its order.
  ///
  /// - Throws: `InputError` naming the line that cannot be rendered or encoded.
  package func encode(
    _ file: DataFile, _ format: PromptFormat, kind: TrainingSample.Kind
  ) throws -> [Encoded] {
    try file.lines.map { line in
      do {
        return try encode(line.content, format, kind: kind)
      } catch let fault as RenderingFault {
        throw InputError(file.path, field: "line \(line.number)", fault.problem, remedy: fault.remedy)
      }
    }
  }

  /// Checks that the vocabulary has a format's tokens.
  func checkMarkers(of format: PromptFormat, file: String) throws {
    for marker in format.markers where tokenizer.encode(marker, addSpecialTokens: false).count != 1 {
      throw InputError(
        file, field: "format", "the model's vocabulary has no token '\(marker)'",
        remedy: "write the format that the model was trained with, plain, or a mustache template")
    }
  }

  /// A pool whose tasks have enough items, and whose longest prompt fits the model.
  func pool(_ path: String, shots: ClosedRange<Int>, asChats: Bool) throws -> FewShotPool {
    let pool = try FewShotPool.read(path)
    for task in pool.tasks {
      guard task.items.count > shots.upperBound else {
        throw InputError(
          task.path, "has \(task.items.count) items, too few for \(shots.upperBound) shots and a query",
          remedy: "add items, or write fewer shots")
      }
      do {
        let lengths = try task.items.map { item in
          (item, try encode(FewShotPrompt([item], of: task), asChat: asChats).ids.count)
        }
        let longest = lengths.sorted { ($0.1, $0.0.line) > ($1.1, $1.0.line) }.prefix(shots.upperBound + 1).map(\.0)
        _ = try encode(FewShotPrompt(longest, of: task), asChat: asChats)
      } catch let fault as RenderingFault {
        throw InputError(
          pool.path, field: task.name, "with \(shots.upperBound) shots, \(fault.problem)",
          remedy: "write fewer shots, or leave the task out")
      }
    }
    return pool
  }

  /// Whether the task can be asked behind a window of its own samples.
  func check(_ file: DataFile, window: Int, recipe: Recipe, asChats: Bool) throws {
    guard file.lines.count > window else {
      throw InputError(
        recipe.file, field: "mix.icl-same-task.window", "the task has only \(file.lines.count) samples",
        remedy: "write a smaller window")
    }
    for line in file.lines {
      if asChats, line.content.chat != nil { continue }
      guard case .pair = line.content else {
        throw InputError(
          file.path, field: "line \(line.number)", "cannot be asked as Q and A, as it is no pair",
          remedy: "leave out mix.icl-same-task, or give prompt and completion")
      }
    }
    // Lengths add up, to a token or so: the longest samples behind one another are the longest prompt.
    let longest = file.lines.sorted {
      $0.content.prompt.utf8.count + $0.content.completion.utf8.count
        > $1.content.prompt.utf8.count + $1.content.completion.utf8.count
    }
    do {
      _ = try encode(SameTaskPrompt(longest.prefix(window + 1).map(\.content)), asChat: asChats)
    } catch let fault as RenderingFault {
      throw InputError(
        recipe.file, field: "mix.icl-same-task.window", "behind \(window) shots, \(fault.problem)",
        remedy: "write a smaller window")
    }
  }

  /// A few-shot prompt with its answer, as text or as turns.
  func encode(_ prompt: FewShotPrompt, asChat: Bool) throws -> TrainingSample {
    guard asChat else { return try encode(prompt.rendered, kind: .icl) }
    return try encode(prompt.chat(learning: (prompt.answers.count - 1)...), kind: .icl).sample
  }

  /// Samples of the task behind one another, as text or as turns.
  func encode(_ prompt: SameTaskPrompt, asChat: Bool) throws -> TrainingSample {
    try asChat ? encode(prompt.chat, kind: .icl).sample : encode(prompt.rendered, kind: .icl)
  }
}
