import Diagnostics
import Foundation
import Patterns
import Reading
import Tokenizers

/// What the steps of a tokenizer are made of: expressions, and maps of characters.
enum VocabularyTargets {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    [try expression(place), try characterMap(place)]
  }

  /// Regular expressions of pre-tokenisers, on texts in many scripts.
  private static func expression(_ place: Workplace) throws -> FuzzTarget {
    let root = try JSONFile(URL(fileURLWithPath: "\(place.repository)/Tests/Goldens/patterns/cases.json"))
    guard let cases = try root.objects("cases"), let texts = try root.strings("texts") else {
      throw CocoaError(.fileReadCorruptFile)
    }
    let seeds = try cases.compactMap { try $0.string("pattern").map { Array($0.utf8) } }
    let text = Array(texts.joined(separator: "\n").utf8)
    return FuzzTarget("expression", .text, seeds) { bytes, _ in
      let pattern = try TextPattern(String(decoding: bytes, as: UTF8.self))
      var last = 0
      try text.withUnsafeBufferPointer { text in
        var matches: [Range<Int>] = []
        pattern.forEachMatch(in: text) { matches.append($0) }
        for match in matches {
          try require(match.lowerBound >= last && match.upperBound <= text.count, "a match out of its place")
          last = match.upperBound
        }
      }
    }
  }

  private static func characterMap(_ place: Workplace) throws -> FuzzTarget {
    let model = try SentencePieceModel(try place.golden("sentencepiece/unigram.model"), file: "unigram.model")
    let texts = try place.bytes("Tests/Goldens/tokenizers/corpus.jsonl").split(separator: 0x0A).prefix(200)
      .map(Array.init)
    return FuzzTarget("character-map", .text, [model.characterMap]) { bytes, _ in
      guard let map = try? PrecompiledCharacterMap(bytes) else { return }
      for text in texts {
        try require(String(validating: map.mapped(text), as: UTF8.self) != nil, "a text that is no UTF-8")
      }
    }
  }
}
