import Diagnostics
import Foundation
import Reading

extension TextNormalizer {
  private static let mostSteps = 64

  /// - Parameter field: the file's `normalizer`; without one texts stay as they are.
  init(json field: JSONFile?) throws {
    let components = try field?.sequence("normalizers") ?? []
    if let field, components.count > Self.mostSteps {
      throw field.error(
        "has \(components.count) steps, more than \(Self.mostSteps)", remedy: "use the base model's file")
    }
    self.init(try components.map(Self.step))
    let growths = steps.map { step in
      guard case .replace(let matcher, let content) = step else { return 1.0 }
      return matcher.growth(by: content)
    }
    if let field { try ReplacementLimit.check(growths, field) }
  }

  private static func step(_ component: JSONFile) throws -> Step {
    switch try component.type() {
    case "NFC": return .form(.nfc)
    case "NFD": return .form(.nfd)
    case "NFKC": return .form(.nfkc)
    case "NFKD": return .form(.nfkd)
    case "Precompiled":
      let text = try component.required("precompiled_charsmap", try component.string("precompiled_charsmap"))
      do throws(PrecompiledCharacterMap.Fault) {
        return .mapped(try PrecompiledCharacterMap(Array(Data(base64Encoded: text) ?? Data())))
      } catch {
        throw component.error("precompiled_charsmap", error.problem, remedy: "use the base model's file")
      }
    case "Lowercase": return .lowercase
    case "Strip":
      return .strip(
        left: try component.bool("strip_left") ?? true, right: try component.bool("strip_right") ?? true)
    case "Prepend":
      let prefix = Array(try component.required("prepend", try component.string("prepend")).utf8)
      guard prefix.count <= ReplacementLimit.longestPrefix else {
        throw component.error(
          "prepend", "has \(prefix.count) bytes, more than \(ReplacementLimit.longestPrefix)",
          remedy: "use the base model's file")
      }
      return .prepend(prefix)
    case "Replace":
      let content = try component.required("content", try component.string("content"))
      return .replace(try TextMatcher(patternOf: component), with: Array(content.utf8))
    default:
      throw try component.unsupported(
        "normalizer",
        "NFC, NFD, NFKC, NFKD, Lowercase, Strip, Prepend, Replace, Precompiled and Sequence of them")
    }
  }
}
