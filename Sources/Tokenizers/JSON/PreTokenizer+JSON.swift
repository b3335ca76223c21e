import Diagnostics
import Reading

extension PreTokenizer {
  private static let supported: ShownText =
    """
    ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, BertPreTokenizer and \
    Sequence of them
    """
  private static let mostSteps = 64

  /// - Parameter field: the file's `pre_tokenizer`; without one a text is a single piece.
  init(json field: JSONFile?) throws {
    guard let field else {
      self.init([], name: "")
      return
    }
    let components = try field.sequence("pretokenizers")
    guard components.count <= Self.mostSteps else {
      throw field.error(
        "has \(components.count) steps, more than \(Self.mostSteps)", remedy: "use the base model's file")
    }
    self.init(try components.flatMap(Self.steps), name: try Self.name(components))
  }

  private static func steps(_ component: JSONFile) throws -> [Step] {
    switch try component.type() {
    case "ByteLevel":
      let prefix: [Step] = try component.bool("add_prefix_space") ?? true ? [.prefixSpace] : []
      let cut: [Step] = try component.bool("use_regex") ?? true ? [.split(TextSplit(.scanned(.gpt2)))] : []
      return prefix + cut + [.byteAlphabet]
    case "Split":
      return [
        .split(
          TextSplit(
            try TextMatcher(patternOf: component),
            try behavior(component.required("behavior", try component.string("behavior")), component),
            isInverted: try component.bool("invert") ?? false))
      ]
    case "Digits":
      return [
        .split(
          TextSplit(.characters(.digits), try component.bool("individual_digits") ?? false ? .isolated : .contiguous))
      ]
    case "Punctuation":
      return [
        .split(
          TextSplit(.characters(.punctuation), try behavior(component.string("behavior") ?? "Isolated", component)))
      ]
    case "Whitespace": return [.split(TextSplit(.words, .removed, isInverted: true))]
    case "WhitespaceSplit": return [.split(TextSplit(.characters(.whiteSpace), .removed))]
    case "BertPreTokenizer":
      return [
        .split(TextSplit(.characters(.whiteSpace), .removed)), .split(TextSplit(.characters(.punctuation))),
      ]
    case "CharDelimiterSplit":
      let delimiter = Array(try component.required("delimiter", try component.string("delimiter")).unicodeScalars)
      guard delimiter.count == 1 else {
        throw component.error("delimiter", "must be one character", remedy: "export the tokenizer again")
      }
      return [.split(TextSplit(.characters(.one(delimiter[0].value)), .removed))]
    case "Metaspace":
      let metaspace = try Metaspace(json: component)
      let splits = try component.bool("split") ?? true
      return [.metaspace(metaspace)]
        + (splits ? [.split(TextSplit(.literal(metaspace.replacement), .mergedWithNext))] : [])
    default: throw try component.unsupported("pre-tokeniser", supported)
    }
  }

  private static func behavior(_ name: String, _ component: JSONFile) throws -> TextSplit.Behavior {
    guard let behavior = TextSplit.Behavior(rawValue: name) else {
      throw component.error("behavior", "'\(name)' is not known", remedy: "export the tokenizer again")
    }
    return behavior
  }

  /// Known families by the names that GGUF files give them, others by their components.
  private static func name(_ components: [JSONFile]) throws -> String {
    let types = try components.map { try $0.type() }
    switch types {
    case ["ByteLevel"]: return "gpt-2"
    case ["Digits", "ByteLevel"]: return "smollm"
    case ["Split", "ByteLevel"]:
      if case .scanned(let expression) = try TextMatcher(patternOf: components[0]) {
        return expression == .gpt2 ? "gpt-2" : expression.rawValue
      }
    default: break
    }
    return types.joined(separator: " + ")
  }
}

extension PreTokenizer.Metaspace {
  /// A component of that type, of a pre-tokeniser or a decoder.
  init(json component: JSONFile) throws {
    let text = try component.string("replacement") ?? "\u{2581}"
    guard text.unicodeScalars.count == 1 else {
      throw component.error("replacement", "must be one character", remedy: "export the tokenizer again")
    }
    let written = try component.string("prepend_scheme")
    guard let prefix = written.map(Prefix.init) ?? .always else {
      throw component.error(
        "prepend_scheme", "'\(written ?? "")' is not known", remedy: "supported are always, first and never")
    }
    let adds = try component.bool("add_prefix_space")
    guard adds != false || written == nil || prefix == .never else {
      throw component.error(
        "add_prefix_space", "is false beside a prepend_scheme of '\(prefix.rawValue)'",
        remedy: "export the tokenizer again")
    }
    self.init(replacement: Array(text.utf8), prefix: adds == false ? .never : prefix)
  }
}
