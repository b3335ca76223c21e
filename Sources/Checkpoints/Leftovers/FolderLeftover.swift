import Diagnostics
import Foundation

/// What lies in a folder in the place of weights that are read here, told by the names that trainers give, and the command that helps.
struct FolderLeftover {
  /// "a DeepSpeed checkpoint (zero_to_fp32.py)": what is there instead.
  let finding: String
  let remedy: ShownText

  /// Looks at a folder's names; nil where none of them says anything, or it cannot be listed.
  init?(at folder: URL) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return nil }
    self.init(folder.path, names.sorted())
  }

  /// - Parameters:
  ///   - path: the folder, for commands.
  ///   - names: what is in it, sorted.
  init?(_ path: String, _ names: [String]) {
    for form in Self.forms {
      guard let name = names.first(where: form.isNamed) else { continue }
      finding = "\(form.what) (\(name))"
      func words(_ text: String) -> ShownText {
        text.components(separatedBy: "NAME").map { ShownText("\(words: $0)") }.joined(separator: "\(name)")
      }
      remedy = form.remedy.components(separatedBy: "FOLDER").map(words).joined(separator: "\(path)")
      return
    }
    return nil
  }

  private struct Form {
    let what: String
    /// FOLDER stands for the folder's path, NAME for what was found there.
    let remedy: String
    let isNamed: @Sendable (String) -> Bool

    init(_ what: String, remedy: String, _ isNamed: @escaping @Sendable (String) -> Bool) {
      (self.what, self.remedy, self.isNamed) = (what, remedy, isNamed)
    }
  }

  /// The more telling ones first: a folder may hold several.
  private static let forms = [
    Form("an adapter without its configuration", remedy: "put the adapter_config.json of the same save beside it") {
      $0 == "adapter_model.safetensors" || $0 == "adapter_model.bin"
    },
    Form(
      "a DeepSpeed checkpoint",
      remedy:
        "run 'python FOLDER/zero_to_fp32.py FOLDER OUT --safe_serialization', with config.json and tokenizer beside"
    ) {
      $0 == "zero_to_fp32.py" || $0.hasPrefix("mp_rank_") || $0.hasPrefix("zero_pp_rank_")
        || $0.hasPrefix("bf16_zero_pp_rank_") || $0.hasPrefix("global_step")
    },
    Form("shards of FSDP", remedy: "run 'accelerate merge-weights FOLDER/pytorch_model_fsdp_0 OUT'") {
      $0.hasPrefix("pytorch_model_fsdp")
    },
    Form("shards of torch.distributed", remedy: "run 'accelerate merge-weights FOLDER OUT'") {
      $0.hasSuffix(".distcp")
    },
    Form("a model in several files", remedy: "give the first of them") { GGUFPartName($0) != nil },
    Form("a model in one file", remedy: "give that file itself") { $0.hasSuffix(".gguf") },
    Form(
      "shards without their index", remedy: "put the model.safetensors.index.json of the same save beside them"
    ) { $0.hasPrefix("model-") && $0.hasSuffix(".safetensors") },
    Form(
      "the model's original format, not transformers'",
      remedy: "convert it with transformers' convert_llama_weights_to_hf.py, or get the Hugging Face form"
    ) { $0.hasPrefix("consolidated.") },
    Form(
      "pickled weights, which can run code and are not read",
      remedy:
        "where you trust them: python -c \"from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; M.from_pretrained('FOLDER', dtype='auto').save_pretrained('OUT'); T.from_pretrained('FOLDER').save_pretrained('OUT')\""
    ) { $0.hasPrefix("pytorch_model") && ($0.hasSuffix(".bin") || $0.hasSuffix(".bin.index.json")) },
    Form(
      "a Lightning checkpoint, which can run code and is not read",
      remedy: "load it with load_from_checkpoint and save the model inside with save_pretrained(OUT)"
    ) { $0.hasSuffix(".ckpt") },
    Form("weights for another library", remedy: "save them from transformers with save_pretrained(OUT)") {
      ["tf_model.h5", "flax_model.msgpack", "model.onnx", "weights.npz"].contains($0)
    },
    Form(
      "pickled weights, which can run code and are not read",
      remedy:
        "where it is a state_dict: python -c \"import torch; from safetensors.torch import save_file; save_file({k: v.clone() for k, v in torch.load('FOLDER/NAME', weights_only=True).items()}, 'FOLDER/model.safetensors')\""
    ) { ["model.pt", "model.pth", "weights.pt", "weights.pth", "pytorch_model.pt"].contains($0) },
    Form(
      "weights under another name", remedy: "name the file model.safetensors, or save again with save_pretrained(OUT)"
    ) { $0.hasSuffix(".safetensors") },
    Form("steps of a training run", remedy: "give one of its checkpoint-N folders") {
      CheckpointSeries.step(of: $0) != nil
    },
    Form(
      "a trainer's state without the model, as a save that was cut short leaves it",
      remedy: "give another checkpoint, or train on from it and save again"
    ) { ["optimizer.pt", "optimizer.bin", "scheduler.pt", "trainer_state.json"].contains($0) },
  ]
}
