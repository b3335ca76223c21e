import Diagnostics
import Foundation
import Testing
import Tokenizers

@Suite("SentencePiece models")
struct SentencePieceModelTests {
  /// Tests/Goldens/sentencepiece, by Scripts/goldens/make_sentencepiece_goldens.py.
  static let folder = TokenizerGoldens.folder.deletingLastPathComponent().appending(path: "sentencepiece")

  struct Described: Decodable {
    struct Piece: Decodable {
      let text: String
      let score: Float
      let type: UInt64

      init(from decoder: any Decoder) throws {
        var fields = try decoder.unkeyedContainer()
        text = try fields.decode(String.self)
        score = try fields.decode(Float.self)
        type = try fields.decode(UInt64.self)
      }
    }

    let pieces: [Piece]
    let model_type: UInt64
    let unk_id, bos_id, eos_id, pad_id, charsmap_bytes: Int
    let byte_fallback, add_dummy_prefix, escape_whitespaces, remove_extra_whitespaces: Bool
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: "\(name).model")))
  }

  @Test("say what the package's own classes read in them", arguments: ["unigram", "bpe"])
  func goldens(name: String) throws {
    let described = try JSONDecoder().decode(
      [String: Described].self, from: Data(contentsOf: Self.folder.appending(path: "models.json")))
    let expected = try #require(described[name])
    let model = try SentencePieceModel(file: Self.folder.appending(path: "\(name).model").path)
    #expect(model.pieces.count == 700)
    #expect(model.pieces.map(\.text) == expected.pieces.map(\.text))
    #expect(model.pieces.map(\.score) == expected.pieces.map(\.score))
    #expect(model.pieces.map(\.type.rawValue) == expected.pieces.map(\.type))
    #expect(model.kind.rawValue == expected.model_type)
    #expect(model.fallsBackToBytes == expected.byte_fallback)
    #expect(model.unknownID == expected.unk_id)
    #expect(model.beginID == expected.bos_id)
    #expect(model.endID == expected.eos_id)
    #expect(model.paddingID ?? -1 == expected.pad_id)
    #expect(model.addsDummyPrefix == expected.add_dummy_prefix)
    #expect(model.escapesSpaces == expected.escape_whitespaces)
    #expect(model.removesExtraSpaces == expected.remove_extra_whitespaces)
    #expect(model.characterMap.count == expected.charsmap_bytes)
    #expect(!model.spacesAreSuffixes)
  }

  @Test("what a file leaves out has the format's defaults; what is not known in it is passed over")
  func defaults() throws {
    let file = message(1, message(1, "<unk>") + [0x18, 2]) + message(1, message(1, "a")) + message(1, message(1, "b"))
    let model = try SentencePieceModel(file + [0x98, 0x06, 1] + message(4, "x") + [0x6D, 1, 2, 3, 4], file: "m")
    #expect(model.pieces.map(\.text) == ["<unk>", "a", "b"])
    #expect(model.pieces.map(\.type) == [.unknown, .normal, .normal])
    #expect((model.unknownID, model.beginID, model.endID, model.paddingID) == (0, 1, 2, nil))
    #expect(model.kind == .unigram && !model.fallsBackToBytes)
    #expect(model.addsDummyPrefix && model.removesExtraSpaces && model.escapesSpaces && model.characterMap.isEmpty)
  }

  @Test("what is none is refused with its place")
  func refused() throws {
    let unknown = message(1, message(1, "<unk>") + [0x18, 2])
    let three = unknown + message(1, message(1, "a")) + message(1, message(1, "b"))
    for (bytes, field, words) in [
      ([], "pieces", "there are none"), (Array("hello world".utf8), "byte 2", "is not a SentencePiece model"),
      (unknown, "trainer_spec.bos_id", "1 is not one of the 1 pieces"),
      (three + message(2, [0xC0, 0x02, 9]), "trainer_spec.unk_id", "9 is not one of the 3 pieces"),
      (three + message(2, [0xC0, 0x02, 1]), "trainer_spec.unk_id", "not of the unknown type"),
      (three + message(2, [0xD8, 0x02, 77]), "trainer_spec.pad_id", "77 is not one of"),
      (three + message(2, [0x18, 9]), "byte", "the model type 9 is not known"),
      (three + message(1, message(1, [0xFF])), "pieces[3]", "is not UTF-8"),
      (three + message(1, message(1, "c") + [0x15, 0, 0, 0xC0, 0x7F]), "pieces[3]", "not a finite number"),
      (three + message(1, message(1, "c") + [0x18, 7]), "pieces[3]", "the type 7 is not known"),
      (three + message(1, message(1, String(repeating: "x", count: 5_000))), "pieces[3]", "5000 bytes"),
      (three + [0x0A, 0x80], "byte", "cut off"), (three + [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "byte", "cut off"),
      (three + [UInt8](repeating: 0xFF, count: 11), "byte", "too long"), (three + [0x0B], "byte", "unknown type"),
      (three + [0x00, 0x00], "byte", "no number"),
    ] as [([UInt8], String, String)] {
      let error = try #require(throws: InputError.self) { _ = try SentencePieceModel(bytes, file: "t.model") }
      #expect(error.file == "t.model")
      #expect(error.field?.hasPrefix(field) == true, "\(error)")
      #expect(error.problem.contains(words), "\(error)")
    }
  }

  @Test("a file that is cut off or damaged anywhere is read or refused, and nothing else")
  func damaged() throws {
    let bytes = try Self.bytes("bpe")
    var random = SystemRandomNumberGenerator()
    for count in stride(from: 0, to: bytes.count, by: 37) {
      _ = try? SentencePieceModel(Array(bytes[..<count]), file: "m")
    }
    for _ in 0..<300 {
      var damaged = bytes
      for _ in 0..<5 {
        damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      do { _ = try SentencePieceModel(damaged, file: "m") } catch { #expect(error is InputError) }
    }
  }

  /// A field that holds bytes.
  private func message(_ number: UInt8, _ bytes: some Collection<UInt8>) -> [UInt8] {
    let count = bytes.count
    return [number << 3 | 2] + (count < 128 ? [UInt8(count)] : [UInt8(count & 127 | 128), UInt8(count >> 7)]) + bytes
  }

  private func message(_ number: UInt8, _ text: String) -> [UInt8] { message(number, Array(text.utf8)) }
}
