import ArgumentParser
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Reading

/// `holdfast merge-adapter`: a base and its adapter as one model.
struct MergeAdapterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge-adapter",
    abstract: "Writes a base with an adapter merged into its weights: a Hugging Face folder, or a GGUF file.",
    discussion: """
      The sum is taken in fp32 and rounded once; the same inputs give the same bytes on every processor. Gate the adapter on the base, or \
      what is written here: rounding may change scores. ('holdfast merge' is about ledgers.)

      A folder has the tokenizer and chat template of the adapter's folder where that has a whole tokenizer, else the base's. A GGUF file \
      has the metadata of the base's GGUF file, or of --like; matrices are of the type asked for, vectors F32, and rows that are no \
      multiple of 32 F16 in a file of q8_0, as llama.cpp converts.

      Example: holdfast merge-adapter out/my-adapter --out out/merged
      Example: holdfast merge-adapter out/my-adapter --gguf q8_0 --out out/merged.gguf
      """)

  enum FolderType: String, ExpressibleByArgument, CaseIterable {
    case f32, bf16, f16

    var type: ElementType {
      switch self {
      case .f32: .f32
      case .bf16: .bf16
      case .f16: .f16
      }
    }
  }

  enum GGUFType: String, ExpressibleByArgument, CaseIterable {
    case q8_0, f16, bf16, f32

    var type: ElementType {
      switch self {
      case .q8_0: .q8_0
      case .f16: .f16
      case .bf16: .bf16
      case .f32: .f32
      }
    }
  }

  @Argument(help: "A PEFT adapter's folder, or a LoRA in GGUF.")
  var adapter: String

  @Option(help: "The folder to make; with --gguf the file, which ends in .gguf.")
  var out: String

  @Option(
    help: """
      The model that the adapter is on: a .gguf file, a Hugging Face folder, or a name from the catalogue; the configuration's by default.
      """)
  var base: String?

  @Option(
    help: "The type of a folder's weights: f32, bf16 or f16; the base's own by default, bf16 where that is quantised.")
  var dtype: FolderType?

  @Option(help: "Write a GGUF file of this type: q8_0, f16, bf16 or f32.")
  var gguf: GGUFType?

  @Option(help: "A GGUF file of the same base, whose metadata are taken where the base is a folder.")
  var like: String?

  @Option(help: "The configuration file that names the base.")
  var config: String = "holdfast.yaml"

  func validate() throws {
    if gguf != nil, dtype != nil { throw ValidationError("--dtype is for a folder; --gguf names the type itself") }
    if gguf == nil, like != nil { throw ValidationError("--like is for a GGUF file: give --gguf too") }
    if gguf != nil, !out.hasSuffix(".gguf") { throw ValidationError("--out must end in .gguf with --gguf") }
  }

  func run() throws {
    try gguf == nil ? StagedFolder.requireUnused(out) : GGUFOutput.requireUnused(out)
    let merged = try MergedModel(adapter: adapter, on: Checkpoint.open(try path()))
    for line in merged.notes { note("\(line)") }
    if let gguf {
      try merged.writeGGUF(to: out, type: gguf.type, like: like.map { try resolveModel($0) })
    } else {
      if dtype == nil { note("\(out): \(merged.folderTypeNote)") }
      try merged.writeFolder(to: out, type: dtype?.type ?? merged.folderType)
    }
    try printLine("\(out)")
  }

  private func path() throws -> String {
    if let base { return try resolveModel(base) }
    let configuration = try Configuration.load(config)
    return try basePath(configuration)
  }
}
