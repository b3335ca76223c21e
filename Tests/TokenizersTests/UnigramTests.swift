import Foundation
import ProcessorTime
import Testing
import Tokenizers

/// Tests/Goldens/sentencepiece/unigram.json, by Scripts/goldens/make_sentencepiece_goldens.py.
private struct UnigramGoldens: Decodable {
  struct Piece: Decodable {
    let text: String
    let score: Double

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      text = try fields.decode(String.self)
      score = try fields.decode(Double.self)
    }
  }

  struct Case: Decodable {
    let text: String
    let ids: [Int32]

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      text = try fields.decode(String.self)
      ids = try fields.decode([Int32].self)
    }
  }

  struct Vocabulary: Decodable {
    let pieces: [Piece]
    let unknown: Int
    let byte_fallback: Bool
    let cases: [Case]
  }

  let vocabularies: [Vocabulary]
  let charsmap: String
  let mapped: [[String]]
  let forms: [[String]]

  static func read() throws -> UnigramGoldens {
    let file = TokenizerGoldens.folder.deletingLastPathComponent().appending(path: "sentencepiece/unigram.json")
    return try JSONDecoder().decode(UnigramGoldens.self, from: Data(contentsOf: file))
  }
}

@Suite("Unigram vocabularies")
struct UnigramTests {
  @Test("ids are those of `tokenizers`: ties, unknown characters, bytes, pieces named twice")
  func ids() throws {
    let vocabularies = try UnigramGoldens.read().vocabularies
    #expect(vocabularies.count == 10)
    for vocabulary in vocabularies {
      let model = try UnigramModel(
        pieces: vocabulary.pieces.map { (Array($0.text.utf8), $0.score) }, unknown: vocabulary.unknown,
        bytes: vocabulary.byte_fallback ? bytes(vocabulary.pieces) : nil)
      for test in vocabulary.cases {
        #expect(ids(model, test.text) == test.ids, "\(test.text.debugDescription)")
      }
    }
  }

  @Test("a quarter of a million pieces are read in a moment, a long text is cut in one") func large() throws {
    var pieces: [(text: [UInt8], score: Double)] = [(Array("<unk>".utf8), 0)]
    for number in 0..<250_000 {
      pieces.append((Array("▁\(number &* 2_654_435_761 % 1_000_003)x".utf8), Double(-number) / 9))
    }
    var model: UnigramModel?
    let building = try processorTime {
      model = try UnigramModel(pieces: pieces, unknown: 0, bytes: nil)
    }
    #expect(building < 3)
    let text = String(repeating: "▁761", count: 100_000)
    let cutting = processorTime { #expect(model.map { ids($0, text) } == [0]) }
    #expect(cutting < 3)
  }

  @Test("an empty text has no ids") func empty() throws {
    let model = try UnigramModel(pieces: [(Array("a".utf8), -1)], unknown: 0, bytes: nil)
    #expect(ids(model, "") == [])
  }

  @Test("what is no vocabulary is refused, with the piece that is wrong")
  func refused() throws {
    func fault(_ pieces: [(text: [UInt8], score: Double)], unknown: Int = 0) throws -> UnigramFault {
      try #require(throws: UnigramFault.self) {
        _ = try UnigramModel(pieces: pieces, unknown: unknown, bytes: nil)
      }
    }
    #expect(try fault([]).piece == nil)
    #expect(try fault([(Array("a".utf8), 0)], unknown: 1).piece == nil)
    #expect(try fault([(Array("a".utf8), 0)], unknown: -1).piece == nil)
    #expect(try fault([(Array("a".utf8), 0), (Array("b".utf8), .nan)]).piece == 1)
    #expect(try fault([(Array("a".utf8), -.infinity)]).piece == 0)
    #expect(try fault([(Array("a".utf8), 0), ([UInt8](repeating: 97, count: 5_000), 0)]).piece == 1)
  }

  private func bytes(_ pieces: [UnigramGoldens.Piece]) -> ByteTokens {
    var table = TokenTable()
    for piece in pieces where table.append(piece.text.utf8, findable: true) != nil {
      table.append(piece.text.utf8, findable: false)
    }
    return ByteTokens(table)
  }

  private func ids(_ model: UnigramModel, _ text: String) -> [Int32] {
    var ids: [Int32] = []
    Array(text.utf8).withUnsafeBufferPointer { model.encode($0, into: &ids) }
    return ids
  }
}

@Suite("SentencePiece's character maps")
struct PrecompiledCharacterMapTests {
  @Test("texts become what `tokenizers` makes of them: characters, graphemes, what is lost within one")
  func mapped() throws {
    let goldens = try UnigramGoldens.read()
    let map = try PrecompiledCharacterMap(Array(try #require(Data(base64Encoded: goldens.charsmap))))
    #expect(goldens.mapped.count > 300)
    for pair in goldens.mapped {
      let text = map.mapped(Array(pair[0].utf8))
      #expect(text == Array(pair[1].utf8), "\(pair[0].debugDescription)")
    }
  }

  @Test("what is no map is refused")
  func refused() {
    for bytes in [[], [1], [4, 0, 0, 0], [0, 0, 0, 0], [3, 0, 0, 0, 1, 2, 3], [255, 255, 255, 255, 0, 0, 0, 0]]
      as [[UInt8]]
    {
      #expect(throws: PrecompiledCharacterMap.Fault.self) { _ = try PrecompiledCharacterMap(bytes) }
    }
    #expect(throws: PrecompiledCharacterMap.Fault.self) {
      _ = try PrecompiledCharacterMap([4, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0])
    }
    #expect(throws: PrecompiledCharacterMap.Fault.self) {
      _ = try PrecompiledCharacterMap([4, 0, 0, 0, 0, 0, 0, 0, 65])
    }
  }

  @Test("a map whose places lie outside of it maps nothing, and never reads there")
  func hostile() throws {
    let goldens = try UnigramGoldens.read()
    let bytes = Array(try #require(Data(base64Encoded: goldens.charsmap)))
    let texts = goldens.mapped.map { Array($0[0].utf8) }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var damaged = bytes
      for _ in 0..<20 { damaged[Int.random(in: 4..<bytes.count - 400, using: &random)] = UInt8.random(in: 0...255) }
      guard let map = try? PrecompiledCharacterMap(damaged) else { continue }
      for text in texts.prefix(40) { #expect(String(validating: map.mapped(text), as: UTF8.self) != nil) }
    }
  }
}

@Suite("Normal forms")
struct NormalFormTests {
  @Test("are those of `tokenizers`", arguments: UnicodeNormalForm.allCases)
  func forms(form: UnicodeNormalForm) throws {
    let goldens = try UnigramGoldens.read().forms
    #expect(goldens.count > 700)
    let column = 1 + (UnicodeNormalForm.allCases.firstIndex(of: form) ?? 0)
    for row in goldens {
      let text = form.normalised(Array(row[0].utf8))
      #expect(text == Array(row[column].utf8), "\(row[0].unicodeScalars.map { String($0.value, radix: 16) })")
    }
  }
}
