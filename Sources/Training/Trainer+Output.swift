import ChatTemplates
import Checkpoints
import Foundation
import Reading
import Transformer

extension Trainer {
  /// Writes what was trained, a PEFT adapter or a whole Hugging Face folder, and everything that `resume` needs, as one folder that
  /// appears whole or not at all.
  ///
  /// - Parameters:
  ///   - baseName: what an adapter calls its base model.
  ///   - record: what the checkpoint says of how it was made; nil for nothing.
  /// - Throws: `InputError` where something is there already, or the folder cannot be written.
  package func writeCheckpoint(to folder: String, baseName: String, record: TrainingRecord? = nil) throws {
    try StagedFolder.write(to: folder) { url in
      try withWrittenWeights {
        if let model {
          try model.writeFiles(wholeModel, into: url)
        } else {
          try writeAdapter(into: url, baseName: baseName)
        }
      }
      // What it was trained through is what it has to be asked through.
      if plan.usesTemplate, let template = plan.encoder.template {
        try StagedFolder.write(
          Data(template.template.source.utf8), as: ChatTemplateSet.mainFile, in: url)
      }
      try record?.write(into: url)
      try writeState(to: url.path)
      // The weights came from the base, and what is not trained is still read from it.
      try checkpoint.files.demandUnchanged()
    }
  }

  private var wholeModel: [ModelWriter.Weight] {
    decoder.parameters.slots.filter { $0.name != TrainableDecoder.softPromptName }.map { slot in
      (name: slot.name, shape: slot.shape, values: UnsafePointer(decoder.parameters.values.pointer + slot.offset))
    }
  }

  private func writeAdapter(into url: URL, baseName: String) throws {
    guard let lowRank = decoder.lowRank else { return }
    let writer = AdapterWriter(
      base: checkpoint.configuration,
      rank: lowRank.rank, alpha: lowRank.alpha, dropout: lowRank.dropout,
      usesRankStabilisedScale: lowRank.usesRankStabilisedScale, modules: Array(lowRank.modules), baseName: baseName)
    let tensors = decoder.parameters.trained.map { (slot, _) in
      (name: slot.name, shape: slot.shape, values: decoder.parameters.copy(slot.name) ?? [])
    }
    try writer.writeFiles(tensors, into: url)
  }
}
