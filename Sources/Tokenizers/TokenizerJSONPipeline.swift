import Diagnostics

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
  init(json field: JSONField?, in root: JSONField) throws {
    guard let field else {
      throw InputError(
        root.file, field: "pre_tokenizer", "texts are not cut into pieces", remedy: "supported are \(Self.supported)")
    }
    var steps = try field.sequence("pretokenizers")
    guard let last = steps.popLast(), try last.type() == "ByteLevel" else {
      throw try field.unsupported("pre-tokeniser", Self.supported)
    }
    let addsPrefixSpace = try last.bool("add_prefix_space", absent: true)
    let usesExpression = try last.bool("use_regex", absent: true)
    switch (steps.count, usesExpression) {
    case (0, true):
      self.init(pattern: .gpt2, addsPrefixSpace: addsPrefixSpace)
    case (1, _) where addsPrefixSpace:
      throw last.fail("a prefix space before every piece is not supported", "supported are \(Self.supported)")
    case (1, true):
      guard try steps[0].type() == "Digits" else { throw try steps[0].unsupported("pre-tokeniser", Self.supported) }
      guard try steps[0].bool("individual_digits", absent: false) else {
        throw steps[0].fail("digits that stay together are not supported", "supported are \(Self.supported)")
      }
      self.init(pattern: .gpt2, isolatesDigits: true)
    case (1, false):
      self.init(pattern: try Self.pattern(split: steps[0]))
    default:
      throw try field.unsupported("pre-tokeniser", Self.supported)
    }
  }

  private static func pattern(split step: JSONField) throws -> Pattern {
    guard try step.type() == "Split" else { throw try step.unsupported("pre-tokeniser", supported) }
    guard try step.required("behavior").string() == "Isolated", try !step.bool("invert", absent: false) else {
      throw step.fail("only pieces that are isolated and not inverted are supported", "supported are \(supported)")
    }
    let expression = try step.required("pattern").required("Regex")
    let bytes = try expression.bytes()
    guard let known = expressions.first(where: { bytes.elementsEqual($0.text.utf8) }) else {
      throw expression.fail("the pattern is not one of the supported ones", "supported are \(supported)")
    }
    return known.pattern
  }
}

/// The ids that a post-processor puts around a text.
struct SpecialTokenTemplate {
  private(set) var prefix: [Int32] = []
  private(set) var suffix: [Int32] = []

  /// - Parameter count: ids from here on are out of range.
  init(_ field: JSONField?, count: Int) throws {
    for step in try field?.sequence("processors") ?? [] {
      switch try step.type() {
      case "ByteLevel": continue  // It moves offsets, not ids.
      case "TemplateProcessing": try add(step, count: count)
      default: throw try step.unsupported("post-processor", "ByteLevel, TemplateProcessing and Sequence of them")
      }
    }
  }

  /// A later template goes around what an earlier one made.
  private mutating func add(_ template: JSONField, count: Int) throws {
    var before: [Int32] = []
    var after: [Int32] = []
    var texts = 0
    let single = try template.required("single")
    for item in try single.elements() {
      if let text = try item.member("Sequence") {
        guard try text.required("id").string() == "A" else { throw text.fail("a single text is named A") }
        texts += 1
      } else {
        let name = try item.required("SpecialToken").required("id")
        let ids = try template.required("special_tokens").required(name.string()).required("ids").elements().map {
          field in
          let id = try field.integer()
          guard (0..<count).contains(id) else { throw field.fail("\(id) is not in the vocabulary") }
          return Int32(id)
        }
        if texts == 0 { before += ids } else { after += ids }
      }
    }
    guard texts == 1 else { throw single.fail("the template must hold the text exactly once") }
    prefix = before + prefix
    suffix += after
  }
}
