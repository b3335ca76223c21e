import Checkpoints
import Diagnostics
import Foundation
import Reading
import Transformer

extension Trainer {
  private static let stateFile = "trainer_state.safetensors"
  private static let stepFile = "trainer_state.json"
  /// The files of a checkpoint that only a resumption needs.
  package static let stateFiles = [stepFile, stateFile]

  private struct Progress {
    let step: Int
    let stepCount: Int
    let recipe: String
    let fingerprint: String

    init(step: Int, stepCount: Int, recipe: String, fingerprint: String) {
      (self.step, self.stepCount, self.recipe, self.fingerprint) = (step, stepCount, recipe, fingerprint)
    }

    init(_ file: JSONFile) throws {
      step = try file.required("step", try file.integer("step"))
      stepCount = try file.required("step_count", try file.integer("step_count"))
      recipe = try file.required("recipe", try file.string("recipe"))
      fingerprint = try file.required("fingerprint", try file.string("fingerprint"))
    }

    var json: JSONValue {
      [
        "fingerprint": .string(fingerprint), "recipe": .string(recipe), "step": .integer(step),
        "step_count": .integer(stepCount),
      ]
    }
  }

  /// Writes everything that a later `resume` needs to go on to the same weights: trained weights, both moments, the step.
  package func writeState(to folder: String) throws {
    // Written from where the numbers are: a copy of the state would be three times the model.
    var entries: [SafetensorsOutput.Entry] = []
    for (slot, _) in decoder.parameters.trained {
      guard let moments = optimiser.moments(of: slot.name), let value = decoder.parameters.value(slot.name) else {
        continue
      }
      entries.append(("value.\(slot.name)", slot.shape, UnsafePointer(value)))
      entries.append(("first.\(slot.name)", slot.shape, moments.first))
      entries.append(("second.\(slot.name)", slot.shape, moments.second))
    }
    // A frozen soft prompt is of this run too: it was trained before the first step.
    let softPrompt = TrainableDecoder.softPromptName
    if let slot = decoder.parameters.slot(softPrompt), let value = decoder.parameters.value(softPrompt) {
      entries.append(("value.\(softPrompt)", slot.shape, UnsafePointer(value)))
    }
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try SafetensorsOutput(type: .f32).write(entries, to: url.appendingPathComponent(Self.stateFile))
      // The step comes last: without it the state is not there.
      let progress = Progress(
        step: step, stepCount: plan.stepCount, recipe: recipe.name, fingerprint: plan.fingerprint)
      try OutputFile.write(Data(JSONText.document(progress.json)), to: url.appendingPathComponent(Self.stepFile).path)
    } catch let error as CocoaError {
      throw InputError(
        folder, "cannot be written to (\(systemWords(error)))",
        remedy: "check the folder and the room on its disk")
    }
  }

  /// Goes on from a state that `writeState` wrote under the same recipe, seed and data.
  ///
  /// - Throws: `InputError` where the state is missing, damaged or another recipe's.
  package func resume(from folder: String) throws {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    let stepURL = url.appendingPathComponent(Self.stepFile)
    guard let progress = try? Progress(JSONFile(stepURL)) else {
      throw InputError(
        folder, "is not a training checkpoint", remedy: "give a checkpoint-N folder with \(Self.stepFile)")
    }
    guard progress.recipe == recipe.name, progress.stepCount == plan.stepCount,
      (0...plan.stepCount).contains(progress.step)
    else {
      throw InputError(
        stepURL.path,
        "is of recipe '\(progress.recipe)' with \(progress.stepCount) steps, this is '\(recipe.name)' with \(plan.stepCount)",
        remedy: "resume with the recipe that wrote it")
    }
    guard progress.fingerprint == plan.fingerprint else {
      throw InputError(
        stepURL.path, "was made with another text of recipe '\(recipe.name)', another seed, or other data",
        remedy: "resume with what wrote it, or start anew with another --out")
    }
    let state = try SafetensorsFile(url.appendingPathComponent(Self.stateFile))
    func tensor(_ part: String, _ slot: ParameterSlot) throws -> [Float] {
      guard let tensor = state.tensors["\(part).\(slot.name)"], tensor.shape == slot.shape else {
        throw InputError(
          state.file.path, field: "\(part).\(slot.name)", "is missing or has another shape",
          remedy: "resume with the recipe that wrote it")
      }
      return tensor.decodeAll()
    }
    let softPrompt = decoder.parameters.slot(TrainableDecoder.softPromptName)
    for slot in decoder.parameters.trained.map(\.slot) + (softPrompt.map { [$0] } ?? []) {
      let values = try tensor("value", slot)
      if slot != softPrompt {
        optimiser.restore(slot.name, first: try tensor("first", slot), second: try tensor("second", slot))
      }
      if let to = decoder.parameters.value(slot.name) {
        for (index, value) in values.enumerated() { to[index] = value }
      }
    }
    step = progress.step
    optimiser.resume(after: progress.step)
  }
}
