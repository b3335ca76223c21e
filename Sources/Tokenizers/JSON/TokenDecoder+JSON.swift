import Diagnostics
import Reading

extension TokenDecoder {
  private static let mostSteps = 64

  init(json field: JSONFile) throws {
    let components = try field.sequence("decoders")
    guard components.count <= Self.mostSteps else {
      throw field.error(
        "has \(components.count) steps, more than \(Self.mostSteps)", remedy: "use the base model's file")
    }
    self.init(try components.map(Self.step))
    let growths = steps.map { step in
      guard case .replace(let matcher, let content) = step else { return 1.0 }
      return matcher.growth(by: content)
    }
    try ReplacementLimit.check(growths, field)
  }

  /// Whether it does nothing but to read the byte alphabet.
  var readsBytesOnly: Bool {
    guard steps.count == 1, case .byteLevel = steps[0] else { return false }
    return true
  }

  private static func step(_ component: JSONFile) throws -> Step {
    switch try component.type() {
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Replace":
      let content = try component.required("content", try component.string("content"))
      return .replace(try TextMatcher(patternOf: component), with: Array(content.utf8))
    case "Strip":
      let content = try component.required("content", try component.string("content"))
      guard content.unicodeScalars.count == 1 else {
        throw component.error("content", "must be one character", remedy: "export the tokenizer again")
      }
      return .strip(
        Array(content.utf8), start: try component.required("start", try component.integer("start")),
        stop: try component.required("stop", try component.integer("stop")))
    case "Metaspace":
      let metaspace = try PreTokenizer.Metaspace(json: component)
      return .metaspace(replacement: metaspace.replacement, dropsFirst: metaspace.prefix != .never)
    default:
      throw try component.unsupported(
        "decoder", "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip and Sequence of them")
    }
  }
}
