import ChatTemplates
import Diagnostics
import Foundation
import Reading
import Testing
import Tokenizers
import Training

/// A folder that `Scripts/goldens/chat_training.py` made.
struct ChatTrainingGoldens {
  /// What TRL made of a sample.
  struct Mask {
    let ids: [Int32]
    let scored: [Int]
  }

  let folder: URL
  let tokenizer: Tokenizer
  let samples: [(name: String, content: SampleContent)]
  let masks: JSONObject

  static let committed = testsFolder.appendingPathComponent("Goldens/chat-training")

  init(_ folder: URL) throws {
    self.folder = folder
    tokenizer = try Tokenizer(json: folder.appendingPathComponent("tokenizer.json"), configuration: nil)
    let file = folder.appendingPathComponent("samples.jsonl")
    let names = try JSONLine.read(file.path, limit: 1 << 20, known: nil, example: "") { try $0.text("name") ?? "" }
    samples = zip(names, try DataFile.read(file.path).lines.map(\.content)).map { ($0, $1) }
    masks = try JSONFile(folder.appendingPathComponent("masks.json")).members
  }

  /// Nil where TRL makes nothing of it.
  func mask(_ template: String, _ sample: String) throws -> Mask? {
    guard case .object(let members)? = masks[template], let value = members[sample] else {
      throw InputError(folder.path, field: template, "has no '\(sample)'", remedy: "make the goldens again")
    }
    guard case .object(let mask) = value else { return nil }
    func numbers(_ value: JSONValue?) -> [Int] {
      guard case .array(let elements)? = value else { return [] }
      return elements.compactMap(\.wholeNumber)
    }
    var scored: [Int] = []
    if case .array(let runs)? = mask["scored"] {
      for run in runs.map({ numbers($0) }) where run.count == 2 { scored += run[0]..<run[1] }
    }
    return Mask(ids: numbers(mask["ids"]).map { Int32($0) }, scored: scored)
  }

  func encoder(_ name: String) throws -> SampleEncoder {
    let own = folder.appendingPathComponent("templates/\(name).jinja")
    let shared = testsFolder.appendingPathComponent("Goldens/chat/templates/\(name).jinja")
    let file = FileManager.default.fileExists(atPath: own.path) ? own : shared
    let tokens = ["bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"]
    let template = try ChatTemplate(
      path: file.path, source: String(contentsOf: file, encoding: .utf8),
      specialTokens: tokens.map { .init(name: $0.key, text: $0.value) })
    return SampleEncoder(
      tokenizer: tokenizer, contextLength: 8192, vocabularySize: tokenizer.vocabularySize,
      template: try TrainingTemplate(template))
  }
}

@Suite("Training through a chat template")
struct ChatTrainingTests {
  let goldens: ChatTrainingGoldens

  init() throws { goldens = try ChatTrainingGoldens(ChatTrainingGoldens.committed) }

  @Test(
    "takes loss on what TRL takes it on",
    arguments: [
      "chatml-default-system", "chatml-generation", "command-macros", "gemma-turns", "glm-loops", "last-otherwise",
      "llama2-inst", "llama3-header", "llama31-tools", "marked-chatml", "marked-headers", "mistral-last-system",
      "odds-and-ends", "phi-plain", "qwen3-thinking", "vicuna-text", "zephyr-lines",
    ])
  func masks(name: String) throws {
    let encoder = try goldens.encoder(name)
    var compared = 0
    for sample in goldens.samples {
      guard let mask = try goldens.mask(name, sample.name) else { continue }
      let encoded = try encoder.encode(sample.content, PromptFormat(.automatic), kind: .task).sample
      #expect(encoded.ids == mask.ids, "\(sample.name)")
      #expect(
        encoded.scored == mask.scored,
        """
        \(sample.name): \(goldens.tokenizer.decode(encoded.scored.map { encoded.ids[$0] })) \
        instead of \(goldens.tokenizer.decode(mask.scored.map { mask.ids[$0] }))
        """)
      compared += 1
    }
    #expect(compared >= 5)
  }

  /// TRL has nothing to say here: its templates of this kind were rewritten first.
  @Test("an answer that ends otherwise within a conversation is learnt with what ends it there")
  func lastOtherwise() throws {
    let encoder = try goldens.encoder("last-otherwise")
    let chat = ChatSample([
      (.user, "a"), (.assistant, "b"), (.user, "c"), (.assistant, ""), (.user, "d"), (.assistant, "b"),
    ])
    let sample = try encoder.encode(chat, kind: .task).sample
    let learnt = goldens.tokenizer.decode(sample.scored.map { sample.ids[$0] })
    #expect(learnt == "b<|end|>\n<|end|>\nb</s>")
    #expect(goldens.tokenizer.decode(sample.ids).hasPrefix("<|user|>\na<|end|>\n<|assistant|>\nb<|end|>\n"))
  }

  @Test("of a template that moves the system's message to the last question, no question is learnt")
  func movedSystem() throws {
    let encoder = try goldens.encoder("mistral-last-system")
    let chat = ChatSample([
      (.system, "Be brief."), (.user, "Yes or no: is it hot?"), (.assistant, "no"), (.user, "Is it not?"),
      (.assistant, "no"),
    ])
    let sample = try encoder.encode(chat, kind: .task).sample
    #expect(goldens.tokenizer.decode(sample.scored.map { sample.ids[$0] }) == "no</s>no</s>")
  }

  @Test("samples behind one another are turns, cut at their last answer that is learnt")
  func sameTask() throws {
    let folder = try RecipeFolder()
    let lines = (0..<8).map { number in
      """
      {"messages": [{"role": "user", "content": "q\(number)"}, {"role": "assistant", "content": "a\(number)"}, \
      {"role": "user", "content": "more"}, {"role": "assistant", "content": "left out", "train": false}, {"role": "user", "content": "end"}]}
      """
    }
    try folder.write("train.jsonl", lines.joined(separator: "\n"))
    let encoder = try goldens.encoder("llama2-inst")
    let plan = try TrainingPlan(
      try folder.recipe("mix: {icl-same-task: {share: 0.5, window: 1}}"), tokenizer: goldens.tokenizer,
      contextLength: 512, vocabularySize: goldens.tokenizer.vocabularySize, template: encoder.template)
    let shots = try (0..<4).flatMap { try plan.batch(step: $0) }.filter { $0.kind == .icl }
    #expect(!shots.isEmpty)
    for shot in shots {
      let text = goldens.tokenizer.decode(shot.ids)
      #expect(!text.contains("left out") && !text.contains("end"))
      #expect(text.components(separatedBy: "[INST]").count == 3)
      let learnt = goldens.tokenizer.decode(shot.scored.map { shot.ids[$0] })
      #expect(learnt.contains("a") && learnt.hasSuffix("</s>") && !learnt.contains("q"))
    }
  }

  /// Reads `$HOLDFAST_TRAINING_GOLDENS` too, where it is set: templates that are TRL's own.
  @Test("of TRL's own templates, it is what their training templates mark")
  func released() throws {
    guard let path = ProcessInfo.processInfo.environment["HOLDFAST_TRAINING_GOLDENS"] else { return }
    let goldens = try ChatTrainingGoldens(URL(fileURLWithPath: path))
    for name in goldens.masks.keys {
      let encoder = try goldens.encoder(name)
      var equal = 0
      var all = 0
      for sample in goldens.samples {
        guard let mask = try goldens.mask(name, sample.name) else { continue }
        all += 1
        let encoded: TrainingSample
        do {
          encoded = try encoder.encode(sample.content, PromptFormat(.automatic), kind: .task).sample
        } catch let fault as RenderingFault {
          print("\(name), \(sample.name): \(fault.problem)")
          continue
        }
        if encoded.ids == mask.ids, encoded.scored == mask.scored {
          equal += 1
        } else {
          print(
            """
            \(name), \(sample.name), ids \(encoded.ids == mask.ids): \
            \(goldens.tokenizer.decode(encoded.scored.map { encoded.ids[$0] }).debugDescription) instead of \
            \(goldens.tokenizer.decode(mask.scored.map { mask.ids[$0] }).debugDescription)
            """)
        }
      }
      print("\(name): \(equal) of \(all)")
    }
  }
}
