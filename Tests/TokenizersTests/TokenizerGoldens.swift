import Foundation
import Testing
import Tokenizers

/// The files that Scripts/goldens/make_tokenizer_goldens.py makes with Hugging Face's `tokenizers`.
enum TokenizerGoldens {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Goldens/tokenizers")

  /// A text with added tokens in it and what `tokenizers` makes of it.
  struct Case: Decodable {
    let text: String
    /// With special tokens added, and without.
    let ids: [Int32]
    let plain: [Int32]
    /// The text of `ids`, and the same without special tokens.
    let decoded: String
    let skipped: String
  }

  static func corpus() throws -> [String] { try lines("corpus.jsonl") }

  static func ids(_ name: String) throws -> [[Int32]] { try lines("\(name).ids.jsonl") }

  static func cases(_ name: String) throws -> [Case] { try lines("\(name).cases.jsonl") }

  /// Holds a tokenizer to all of its cases, ids and the text of ids.
  static func expectAll(_ name: String, moreThan least: Int) throws {
    let tokenizer = try tokenizer(name)
    let cases = try cases(name)
    #expect(cases.count > least)
    for golden in cases {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
      #expect(tokenizer.encode(golden.text, addSpecialTokens: false) == golden.plain, "\(golden.text.debugDescription)")
      #expect(tokenizer.decode(golden.ids).utf8.elementsEqual(golden.decoded.utf8), "\(golden.text.debugDescription)")
      let skipped = tokenizer.decode(golden.ids, skipSpecialTokens: true)
      #expect(skipped.utf8.elementsEqual(golden.skipped.utf8), "\(golden.text.debugDescription)")
    }
  }

  static func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(json: folder.appending(path: "\(name).tokenizer.json"), configuration: nil)
  }

  static func document(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: "\(name).tokenizer.json"))
  }

  static func lines<Line: Decodable>(_ file: String) throws -> [Line] {
    try Data(contentsOf: folder.appending(path: file)).split(separator: 0x0A)
      .map { try JSONDecoder().decode(Line.self, from: $0) }
  }
}

/// Writes a tokenizer's files to a folder of its own, reads them, and removes the folder.
func tokenizer(reading document: Data, configuration: String? = nil) throws -> Tokenizer {
  let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-tokenizer-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appending(path: "tokenizer.json")
  try document.write(to: file)
  guard let configuration else { return try Tokenizer(json: file, configuration: nil) }
  let configurationFile = folder.appending(path: "tokenizer_config.json")
  try Data(configuration.utf8).write(to: configurationFile)
  return try Tokenizer(json: file, configuration: configurationFile)
}
