import Diagnostics
import Reading

/// What `tokenizer.ggml.pre` stands for: how text is prepared and cut into the pieces that merging never crosses.
package struct GGUFTextStyle: Sendable {
  package enum Cut: Sendable {
    /// Around every single digit.
    case digits
    /// Around each match of an expression.
    case expression(String)
  }

  /// One after another, each on the pieces of the one before.
  package let cuts: [Cut]
  /// A piece that is a token as a whole is that token, whatever the merges say.
  package private(set) var ignoresMerges = false
  /// Where the file does not say.
  package private(set) var addsBOS = false
  /// A byte that the vocabulary lacks keeps its neighbours apart. In `tokenizers` they may merge.
  package private(set) var lossSeparates = true
  /// Text is brought to Unicode's composed normal form first.
  package private(set) var composes = false
  /// The vocabulary is spelled in the byte alphabet. Otherwise it is spelled as text is, spaces are U+2581, and `<0xNN>` stand for the
  /// bytes of characters that it lacks.
  package private(set) var isByteLevel = true

  private init(_ cuts: Cut...) { self.cuts = cuts }

  private init(_ expressions: String...) { cuts = expressions.map(Cut.expression) }

  private func with(_ change: (inout GGUFTextStyle) -> Void) -> GGUFTextStyle {
    var style = self
    change(&style)
    return style
  }

  /// - Parameter name: the file's `tokenizer.ggml.pre`.
  package static func named(_ name: String?, file: String) throws -> GGUFTextStyle {
    if let name, let style = styles[name] { return style }
    throw InputError(
      file, field: "tokenizer.ggml.pre",
      name.map { "the pre-tokeniser '\($0)' is not known" } ?? "the pre-tokeniser is not named",
      remedy: "convert the model again with a current llama.cpp, or use its Hugging Face folder")
  }

  private typealias Pattern = GGUFCutPattern

  private static let gpt2 = GGUFTextStyle(Pattern.gpt2)
  private static let digits = GGUFTextStyle(.digits, .expression(Pattern.gpt2))
  private static let llama3 = GGUFTextStyle(Pattern.llama3)
  private static let wholeLlama3 = llama3.with { ($0.ignoresMerges, $0.addsBOS) = (true, true) }
  private static let qwen2 = GGUFTextStyle(Pattern.qwen2)
  private static let gpt4o = GGUFTextStyle(Pattern.gpt4o)
  private static let deepSeekV3 = GGUFTextStyle(
    Pattern.threeDigits, Pattern.kanaAndIdeographs, Pattern.deepSeekV3)
  private static let bloom = GGUFTextStyle(Pattern.bloom)
  private static let tinyAya = GGUFTextStyle(Pattern.digitGroups, Pattern.tinyAya)
  private static let bailing = GGUFTextStyle(Pattern.bailing)
  private static let gemma4 = GGUFTextStyle(Pattern.lines).with { ($0.isByteLevel, $0.addsBOS) = (false, true) }

  /// llama.cpp's names (`llama_vocab::impl::load`). `kimi-k2` has no merges, and `whitespace` is of embeddings: both are left out.
  private static let styles: [String: GGUFTextStyle] = [
    "gpt-2": gpt2, "phi-2": gpt2, "jina-es": gpt2, "jina-de": gpt2, "gigachat": gpt2, "jina-v2-es": gpt2,
    "jina-v2-de": gpt2, "a.x-4.0": gpt2, "mellum": gpt2, "modern-bert": gpt2, "jina-v1-en": gpt2,
    "jina-v2-code": gpt2, "roberta-bpe": gpt2, "exaone4": gpt2, "mpt": gpt2, "olmo": gpt2, "jais": gpt2,
    "trillion": gpt2, "granite-docling": gpt2,
    "starcoder": digits, "refact": digits, "command-r": digits,
    // Of these two the ids are those of `tokenizers`: llama.cpp does not compose, and splits where a byte is lost.
    "smollm": digits.with { $0.lossSeparates = false },
    "qwen2": qwen2.with { ($0.composes, $0.lossSeparates) = (true, false) },
    "codeshell": digits,
    "exaone": digits, "minerva-7b": digits, "mellum2": digits,
    "llama3": wholeLlama3, "llama-v3": wholeLlama3, "llama-bpe": wholeLlama3, "falcon3": wholeLlama3,
    "falcon-h1": wholeLlama3, "pixtral": wholeLlama3, "midm-2.0": wholeLlama3, "lfm2": wholeLlama3,
    "jina-v5-nano": wholeLlama3,
    "dbrx": llama3, "smaug-bpe": llama3, "chatglm-bpe": llama3,
    "glm4": llama3.with { $0.ignoresMerges = true }, "glm5": llama3.with { $0.ignoresMerges = true },
    "minicpm5": GGUFTextStyle(Pattern.threeDigits, Pattern.miniCPM5).with { $0.ignoresMerges = true },
    "deepseek-r1-qwen": qwen2, "kormo": qwen2, "f2llmv2": qwen2, "megrez": qwen2, "stablelm2": qwen2,
    "hunyuan": qwen2, "solar-open": qwen2, "grok-2": qwen2,
    "qwen35": GGUFTextStyle(Pattern.qwen35),
    "tekken": GGUFTextStyle(Pattern.tekken).with { ($0.ignoresMerges, $0.addsBOS) = (true, true) },
    "gpt-4o": gpt4o, "llama4": gpt4o, "kanana2": gpt4o, "talkie": gpt4o, "minimax-m2": gpt4o,
    "granite-embed-multi-97m": GGUFTextStyle(Pattern.graniteEmbedding).with { $0.ignoresMerges = true },
    "deepseek-llm": GGUFTextStyle(
      Pattern.newline, Pattern.deepSeekLetters, Pattern.deepSeekPunctuation, Pattern.trailingSpace, Pattern.eastAsian,
      Pattern.digitRuns),
    "deepseek-coder": GGUFTextStyle(
      .expression(Pattern.newline), .expression(Pattern.spacedLetters), .expression(Pattern.spacedPunctuation),
      .expression(Pattern.eastAsian), .digits),
    "deepseek-v3": deepSeekV3, "hunyuan-dense": deepSeekV3, "joyai-llm": deepSeekV3, "hy_v4": deepSeekV3,
    "spark2_5": GGUFTextStyle(
      .expression(Pattern.threeDigits), .expression(Pattern.kanaAndIdeographs), .expression(Pattern.spark), .digits),
    "youtu": GGUFTextStyle(Pattern.youtuScripts, Pattern.youtu).with { $0.ignoresMerges = true },
    "falcon": GGUFTextStyle(Pattern.falconPunctuation, Pattern.gpt2, Pattern.threeASCIIDigits),
    "default": GGUFTextStyle(
      Pattern.defaultPunctuation, Pattern.gpt2, Pattern.digitRuns, Pattern.threeASCIIDigits),
    "poro-chat": bloom, "bloom": bloom, "gpt3-finnish": bloom,
    "viking": GGUFTextStyle(.expression(Pattern.bloom), .digits),
    "jais-2": GGUFTextStyle(Pattern.jais2),
    "chameleon": GGUFTextStyle(
      .expression(Pattern.sentinels), .expression(Pattern.imageTokens), .expression(Pattern.tabsAndSpaces), .digits,
      .expression(Pattern.chameleonPunctuation), .expression(Pattern.gpt2)
    ).with { $0.addsBOS = true },
    "tiny_aya": tinyAya, "cohere2moe": tinyAya,
    "superbpe": GGUFTextStyle(Pattern.digitRuns, Pattern.digitGroupBounds),
    "bailingmoe": bailing, "bailingmoe2": bailing, "llada-moe": bailing,
    "seed-coder": GGUFTextStyle(Pattern.seedCoder),
    "ufakzeka": GGUFTextStyle(Pattern.ufakzeka),
    "afmoe": GGUFTextStyle(Pattern.digitGroups, Pattern.asianScripts, Pattern.deepSeekV3),
    "laguna": GGUFTextStyle(Pattern.lines, Pattern.qwen2),
    "exaone-moe": GGUFTextStyle(Pattern.exaoneMoE),
    "gemma4": gemma4, "granite-embed-multi-311m": gemma4, "sarvam-moe": gemma4.with { $0.addsBOS = false },
  ]
}

extension GGUFTextStyle {
  /// Whether an added token swallows the white space behind it, which GGUF does not record: llama.cpp knows Phi-3 by `general.name`.
  package static func stripsRight(_ token: String, modelName: String?) -> Bool {
    let name = modelName?.lowercased() ?? ""
    return (name.contains("phi-3") || name.contains("phi3")) && !["<unk>", "<s>", "<|endoftext|>"].contains(token)
  }

  /// The type of a token: some texts are control tokens, as in llama.cpp, whatever the converter wrote. Not those that are ordinary
  /// tokens of byte-level vocabularies, such as `</s>` of Llama 3 and Qwen 2.
  package static func type(of token: String, stored type: Int) -> Int {
    type == 1 && controlTokens.contains(token) ? 3 : type
  }

  private static let controlTokens: Set<String> = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>",
    "<|endoftext|>", "<|eom_id|>", "<|end_of_text|>", "<end_of_utterance>", "<turn|>", "<|tool_response>",
    "<｜end▁of▁sentence｜>",
  ]
}
