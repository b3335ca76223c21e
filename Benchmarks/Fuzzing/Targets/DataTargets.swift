import ChatTemplates
import Checkpoints
import Foundation
import Overlap
import Reading
import Suites
import Tokenizers
import Training

/// What fine-tuning reads and leaves: samples in every form, few-shot pools, templates, records; and JSON by itself.
enum DataTargets {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    try overlap(place) + [training(place), pool(place), record(place), template(), pattern(place), json(place)]
  }

  /// Records of every form, through the five checks.
  private static func overlap(_ place: Workplace) throws -> [FuzzTarget] {
    let suite = try Suite.load("\(place.repository)/suites/smoke")
    let chat = #"{"messages": [{"role": "user", "content": "cat"}, {"role": "assistant", "content": "cats"}]}"# + "\n"
    let table = "prompt,completion\n\"Q: cat\nA:\", cats\n\"a \"\"b\"\" c\",dogs\n"
    let array =
      "[{\"input\": \"cat\", \"output\": \"cats\"},\n {\"text\": \"Q: cat\\nA: cats\", \"n\": [1, {\"a\": null}]}]\n"
    let samples = try place.lines("recipes/data/sentiment/train.jsonl", 6)
    let forms: [(String, Form, [[UInt8]])] = [
      ("jsonl", .jsonLines, [samples, Array((chat + chat).utf8)]), ("json", .json, [Array(array.utf8)]),
      ("csv", .text, [Array(table.utf8)]), ("txt", .text, [Array("Q: cat\nA: cats\n\nA paragraph.\n".utf8)]),
    ]
    return forms.map { ending, form, seeds in
      FuzzTarget("overlap-\(ending)", form, seeds, share: 0.1) { bytes, _ in
        let path = try place.write(bytes, "data.\(ending)")
        _ = DataFormat.looksLikeSamples(path, head: bytes)
        _ = try OverlapScan(suite: suite, files: [path], threads: 1).run()
      }
    }
  }

  private static func training(_ place: Workplace) throws -> FuzzTarget {
    let chat =
      #"{"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}, "#
      + #"{"role": "assistant", "content": "c"}]}"# + "\n"
    let forms =
      #"{"prompt": [{"role": "user", "content": "b"}], "completion": [{"role": "assistant", "content": "c"}], "id": 1}"#
      + "\n"
      + #"{"conversations": [{"from": "human", "value": "b"}, {"from": "gpt", "value": "c"}], "tools": "[{}]"}"# + "\n"
      + #"{"segments": [{"label": false, "text": "b"}, {"label": true, "text": "c"}]}"# + "\n" + #"{"text": "b c"}"#
      + "\n"
    let formats = [PromptFormat(.automatic), PromptFormat(.template), PromptFormat(.chatml), PromptFormat(.llama3)]
    let goldens = URL(fileURLWithPath: "\(place.repository)/Tests/Goldens")
    let tokenizer = try Tokenizer(
      json: goldens.appendingPathComponent("chat-training/tokenizer.json"), configuration: nil)
    let encoders = try [
      "chat/templates/llama31-tools", "chat-training/templates/last-otherwise", "chat/templates/qwen3-thinking",
    ]
    .map { name in
      let source = try String(contentsOf: goldens.appendingPathComponent("\(name).jinja"), encoding: .utf8)
      return SampleEncoder(
        tokenizer: tokenizer, contextLength: 512, vocabularySize: tokenizer.vocabularySize,
        template: try TrainingTemplate(ChatTemplate(path: name, source: source)))
    }
    return FuzzTarget(
      "training-data", .jsonLines,
      [try place.lines("recipes/data/sentiment/train.jsonl", 4), Array((chat + chat).utf8), Array(forms.utf8)]
    ) { bytes, seed in
      let data = try DataFile.read(try place.write(bytes, "train.jsonl"))
      let encoder = encoders[seed % encoders.count]
      // A format that has no place for a sample refuses it.
      for line in data.lines {
        for format in formats {
          guard let sample = try? encoder.encode(line.content, format, kind: .task).sample else { continue }
          try require(
            sample.scored.first ?? 0 > 0 && zip(sample.scored, sample.scored.dropFirst()).allSatisfy(<)
              && sample.scored.last ?? .max < sample.ids.count, "what is learnt is no part of the sample")
        }
      }
      _ = DataVariety(data.lines.map(\.content))
    }
  }

  private static func pool(_ place: Workplace) throws -> FuzzTarget {
    let text =
      "tasks:\n  - task: plural\n    items: pool.jsonl\n    template: \"Q: {input}\\nA:\"\n"
      + "    answer_prefix: \" \"\n    separator: \"\\n\\n\"\n    source: made\n    licence: CC0-1.0\n"
    let items = #"{"input": "cat", "output": "cats"}"# + "\n" + #"{"input": "dog", "output": "dogs"}"# + "\n"
    return FuzzTarget("pool", .text, [Array(text.utf8), Array(items.utf8)]) { bytes, seed in
      try place.write(seed == 0 ? bytes : Array(text.utf8), "pool.yaml")
      try place.write(seed == 1 ? bytes : Array(items.utf8), "pool.jsonl")
      _ = try FewShotPool.read(place.path("pool.yaml"))
    }
  }

  private static func record(_ place: Workplace) throws -> FuzzTarget {
    try FileManager.default.createDirectory(atPath: place.path("record"), withIntermediateDirectories: true)
    let text =
      #"{"schema_version": 1, "created_by": "holdfast", "recipe": "a", "seed": 18446744073709551615, "step": 40, "#
      + #""labels": ["a", "b"], "data": [{"path": "a.jsonl", "sha256": "\#(String(repeating: "0a", count: 32))", "role": "train"}]}"#
    return FuzzTarget("training-record", .json, [Array(text.utf8)]) { bytes, _ in
      try place.write(bytes, "record/\(TrainingRecord.fileName)")
      _ = try TrainingRecord.read(fromCheckpoint: place.path("record"))
    }
  }

  private static func template() -> FuzzTarget {
    let seeds = [
      "{{prompt}} {{completion}}", "{{#system}}{{content}}{{/system}}{{prompt}}|{{completion}}",
      "{{{prompt}}}\n{{completion}}",
    ]
    return FuzzTarget("template", .text, seeds.map { Array($0.utf8) }) { bytes, _ in
      let format = PromptFormat(.mustache(String(decoding: bytes.prefix(4096), as: UTF8.self)))
      _ = try format.render(.pair(prompt: "a {{b}}", completion: "c\n"))
    }
  }

  /// Regular expressions that name modules.
  private static func pattern(_ place: Workplace) throws -> FuzzTarget {
    let root = try JSONFile(URL(fileURLWithPath: "\(place.repository)/Tests/Goldens/modulepatterns/cases.json"))
    guard let cases = try root.objects("cases"), let paths = try root.strings("paths") else {
      throw CocoaError(.fileReadCorruptFile)
    }
    let seeds = try cases.compactMap { try $0.string("pattern").map { Array($0.utf8) } }
    return FuzzTarget("module-pattern", .text, seeds) { bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      for pattern in [try ModulePattern(fullMatch: text), try ModulePattern(peftKey: text)] {
        for path in paths.prefix(6) { _ = pattern.matches(path) }
      }
    }
  }

  private static func json(_ place: Workplace) throws -> FuzzTarget {
    let seeds = try ["checkpoints/llama-untied/config.json", "adapters/patterns/adapter_config.json"].map(place.golden)
    return FuzzTarget("json", .json, seeds) { bytes, _ in
      let value = try bytes.withUnsafeBytes { try JSONParser.parse($0) }
      // What was read and is written again reads as the same.
      let again = try JSONText.document(value).withUnsafeBytes { try JSONParser.parse($0) }
      try require(again == value, "a document that was read and written reads otherwise")
    }
  }
}
