import Checkpoints
import Foundation
import Testing

@Suite("A folder without weights that can be read is told by what lies there instead")
struct FolderLeftoverTests {
  static let forms: [(file: String, finding: String, remedy: String)] = [
    ("zero_to_fp32.py", "a DeepSpeed checkpoint", "--safe_serialization"),
    ("global_step500", "a DeepSpeed checkpoint", "zero_to_fp32.py"),
    ("mp_rank_00_model_states.pt", "a DeepSpeed checkpoint", "zero_to_fp32.py"),
    ("pytorch_model_fsdp_0", "shards of FSDP", "accelerate merge-weights"),
    ("__0_0.distcp", "shards of torch.distributed", "accelerate merge-weights"),
    ("consolidated.00.pth", "the model's original format", "convert_llama_weights_to_hf.py"),
    ("pytorch_model.bin", "pickled weights", "dtype='auto').save_pretrained('OUT')"),
    ("model.pth", "pickled weights", "/model.pth', weights_only=True)"),
    ("last.ckpt", "a Lightning checkpoint", "save_pretrained"),
    ("model-00001-of-00002.safetensors", "shards without their index", "model.safetensors.index.json"),
    ("adapter_model.safetensors", "an adapter without its configuration", "adapter_config.json"),
    ("m-00001-of-00002.gguf", "a model in several files", "give the first"),
    ("m.gguf", "a model in one file", "give that file"),
    ("optimizer.pt", "a trainer's state without the model", "cut short"),
  ]

  @Test("beside config.json and without it", arguments: forms)
  func form(_ form: (file: String, finding: String, remedy: String)) throws {
    let folder = try TemporaryFolder()
    try folder.write(form.file, "x")
    expectInputError("neither config.json nor", form.finding, form.file) { _ = try CheckpointKind.of(folder.path) }
    try folder.write("config.json", json(tinyConfiguration))
    try folder.write("tokenizer.json", "{}")
    expectInputError("has neither model.safetensors nor", form.finding, form.file) {
      _ = try Checkpoint.open(folder.path)
    }
    expectInputError(form.finding == "a trainer's state without the model" ? "another checkpoint" : form.remedy) {
      _ = try Checkpoint.open(folder.path)
    }
  }

  @Test("nothing that is known gets the plain words")
  func nothing() throws {
    let folder = try TemporaryFolder()
    try folder.write("config.json", json(tinyConfiguration))
    expectInputError("model.safetensors.index.json; give the folder that holds the weights") {
      _ = try Checkpoint.open(folder.path)
    }
  }
}
