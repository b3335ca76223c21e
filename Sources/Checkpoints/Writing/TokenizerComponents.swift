import Reading

/// The parts of a tokenizer.json that do with text what llama.cpp does with it for a GGUF's vocabulary.
struct TokenizerComponents {
  var normalizer = JSONValue.null
  var preTokenizer = JSONValue.null
  let decoder: JSONValue
  var ignoresMerges = false
  /// Not in the byte alphabet: spaces are U+2581, and bytes `<0xNN>`.
  let isSpelledAsText: Bool

  private static let space: JSONValue = ["String": " "]
  private static let spelledSpace: JSONValue = ["String": "\u{2581}"]
  private static let spaceSpelling: JSONValue = ["type": "Replace", "pattern": space, "content": "\u{2581}"]

  init(_ model: GGUFVocabulary.Model) {
    switch model {
    case .bytePairs(let style):
      isSpelledAsText = !style.isByteLevel
      ignoresMerges = style.ignoresMerges
      decoder = style.isByteLevel ? Self.byteLevel(usesExpression: true) : Self.textDecoder(dropsSpace: false)
      if style.composes { normalizer = ["type": "NFC"] }
      if !style.isByteLevel { normalizer = Self.spaceSpelling }
      preTokenizer = Self.preTokenizer(style)
    case .scoredPairs(let addsSpace):
      isSpelledAsText = true
      decoder = Self.textDecoder(dropsSpace: addsSpace)
      normalizer =
        addsSpace
        ? ["type": "Sequence", "normalizers": [["type": "Prepend", "prepend": "\u{2581}"], Self.spaceSpelling]]
        : Self.spaceSpelling
    }
  }

  /// GPT-2's expression is ByteLevel's own.
  private static func preTokenizer(_ style: GGUFTextStyle) -> JSONValue {
    var cuts = style.cuts[...]
    var last: [JSONValue] = []
    if style.isByteLevel {
      var usesExpression = false
      if case .expression(GGUFCutPattern.gpt2)? = cuts.last {
        usesExpression = true
        cuts = cuts.dropLast()
      }
      last = [byteLevel(usesExpression: usesExpression)]
    }
    let steps = cuts.map(step) + last
    return steps.count == 1 ? steps[0] : ["type": "Sequence", "pretokenizers": .array(steps)]
  }

  private static func step(_ cut: GGUFTextStyle.Cut) -> JSONValue {
    switch cut {
    case .digits: ["type": "Digits", "individual_digits": true]
    case .expression(let expression):
      ["type": "Split", "pattern": ["Regex": .string(expression)], "behavior": "Isolated", "invert": false]
    }
  }

  private static func byteLevel(usesExpression: Bool) -> JSONValue {
    ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(usesExpression)]
  }

  private static func textDecoder(dropsSpace: Bool) -> JSONValue {
    let steps: [JSONValue] = [
      ["type": "Replace", "pattern": spelledSpace, "content": " "], ["type": "ByteFallback"], ["type": "Fuse"],
    ]
    let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
    return ["type": "Sequence", "decoders": .array(dropsSpace ? steps + [strip] : steps)]
  }
}
