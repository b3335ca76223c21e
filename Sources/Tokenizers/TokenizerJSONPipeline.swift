import Diagnostics
import Reading

extension PreTokenizer {
  /// The expressions as `tokenizer.json` files write them.
  private static let expressions: [(text: String, pattern: Pattern)] = [
    (#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"#
        + #"|\s+(?!\S)|\s+"#, .llama3
    ),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"#
        + #"|\s+(?!\S)|\s+"#, .qwen2
    ),
  ]
  private static let supported: ShownText =
    "ByteLevel; Digits (individual) with ByteLevel; Split by the pattern of GPT-2, Llama 3 or Qwen 2 with ByteLevel"

  /// Recognises the supported pre-tokenisers by their structure.
  ///
  /// - Parameters:
  ///   - field: the file's `pre_tokenizer`.
  ///   - root: the document, for the message where there is none.
  init(json field: JSONFile?, in root: JSONFile) throws {
    guard let field else {
      throw InputError(
        root.path, field: "pre_tokenizer", "texts are not cut into pieces", remedy: "supported are \(Self.supported)")
    }
    var steps = try field.sequence("pretokenizers")
    guard let last = steps.popLast(), try last.type() == "ByteLevel" else {
      throw try field.unsupported("pre-tokeniser", Self.supported)
    }
    let addsPrefixSpace = try last.bool("add_prefix_space") ?? true
    let usesExpression = try last.bool("use_regex") ?? true
    switch (steps.count, usesExpression) {
    case (0, true):
      self.init(pattern: .gpt2, addsPrefixSpace: addsPrefixSpace)
    case (1, _) where addsPrefixSpace:
      throw last.error(
        "a prefix space before every piece is not supported", remedy: "supported are \(Self.supported)")
    case (1, true):
      guard try steps[0].type() == "Digits" else { throw try steps[0].unsupported("pre-tokeniser", Self.supported) }
      guard try steps[0].bool("individual_digits") ?? false else {
        throw steps[0].error("digits that stay together are not supported", remedy: "supported are \(Self.supported)")
      }
      self.init(pattern: .gpt2, isolatesDigits: true)
    case (1, false):
      self.init(pattern: try Self.pattern(split: steps[0]))
    default:
      throw try field.unsupported("pre-tokeniser", Self.supported)
    }
  }

  private static func pattern(split step: JSONFile) throws -> Pattern {
    guard try step.type() == "Split" else { throw try step.unsupported("pre-tokeniser", supported) }
    let behavior = try step.required("behavior", try step.string("behavior"))
    guard try behavior == "Isolated" && !(step.bool("invert") ?? false) else {
      throw step.error(
        "only pieces that are isolated and not inverted are supported", remedy: "supported are \(supported)")
    }
    let pattern = try step.required("pattern", try step.object("pattern"))
    let expression = try pattern.required("Regex", try pattern.string("Regex"))
    guard let known = expressions.first(where: { expression.utf8.elementsEqual($0.text.utf8) }) else {
      throw pattern.error("Regex", "the pattern is not one of the supported ones", remedy: "supported are \(supported)")
    }
    return known.pattern
  }
}

private let anew: ShownText = "export the tokenizer again with a current version of its library"

/// The ids that a post-processor puts around a text.
struct SpecialTokenTemplate {
  private(set) var prefix: [Int32] = []
  private(set) var suffix: [Int32] = []

  /// - Parameter count: ids from here on are out of range.
  init(_ field: JSONFile?, count: Int) throws {
    for step in try field?.sequence("processors") ?? [] {
      switch try step.type() {
      case "ByteLevel": continue  // It moves offsets, not ids.
      case "TemplateProcessing": try add(step, count: count)
      default: throw try step.unsupported("post-processor", "ByteLevel, TemplateProcessing and Sequence of them")
      }
    }
  }

  /// A later template goes around what an earlier one made.
  private mutating func add(_ template: JSONFile, count: Int) throws {
    var before: [Int32] = []
    var after: [Int32] = []
    var texts = 0
    for item in try template.required("single", try template.objects("single")) {
      if let text = try item.object("Sequence") {
        guard try text.required("id", try text.string("id")) == "A" else {
          throw text.error("a single text is named A", remedy: anew)
        }
        texts += 1
      } else {
        let ids = try ids(item, template, count: count)
        if texts == 0 { before += ids } else { after += ids }
      }
    }
    guard texts == 1 else {
      throw template.error("single", "the template must hold the text exactly once", remedy: anew)
    }
    prefix = before + prefix
    suffix += after
  }

  /// The ids of the special token that an item of the template names.
  private func ids(_ item: JSONFile, _ template: JSONFile, count: Int) throws -> [Int32] {
    let special = try item.required("SpecialToken", try item.object("SpecialToken"))
    let name = try special.required("id", try special.string("id"))
    let tokens = try template.required("special_tokens", try template.object("special_tokens"))
    let token = try tokens.required(name, try tokens.object(name))
    return try token.required("ids", try token.array("ids")).enumerated().map { index, value in
      guard let id = value.wholeNumber, (0..<count).contains(id) else {
        throw token.error("ids[\(index)]", "\(value.kind) is not in the vocabulary", remedy: anew)
      }
      return Int32(id)
    }
  }
}
