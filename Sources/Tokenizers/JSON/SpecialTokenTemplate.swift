import Diagnostics
import Reading

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
      case "RobertaProcessing", "BertProcessing":
        prefix = [try Self.named("cls", step, count: count)] + prefix
        suffix.append(try Self.named("sep", step, count: count))
      default:
        throw try step.unsupported(
          "post-processor",
          "ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing and Sequence of them")
      }
    }
  }

  /// A token written as `["</s>", 2]`.
  private static func named(_ key: String, _ step: JSONFile, count: Int) throws -> Int32 {
    let pair = try step.required(key, try step.array(key))
    guard pair.count == 2, let id = pair[1].wholeNumber, (0..<count).contains(id) else {
      throw step.error(key, "is not a token of the vocabulary and its id", remedy: anew)
    }
    return Int32(id)
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
