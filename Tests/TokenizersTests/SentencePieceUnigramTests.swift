import Foundation
import Testing
import Tokenizers

@Suite("Unigram models of SentencePiece")
struct SentencePieceUnigramTests {
  private struct Case: Decodable {
    let text: String
    let ids: [Int32]

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      text = try fields.decode(String.self)
      ids = try fields.decode([Int32].self)
    }
  }

  @Test("ids are SentencePiece's own: its character map's longest entries, sums in single precision, bytes")
  func ids() throws {
    let folder = SentencePieceModelTests.folder
    let tokenizer = try Tokenizer(
      sentencePiece: folder.appending(path: "unigram.model"), configuration: nil, added: nil)
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: folder.appending(path: "ids.json")))
    #expect(cases.count > 380)
    for test in cases {
      #expect(
        tokenizer.encode(test.text, addSpecialTokens: false) == test.ids, "\(test.text.prefix(60).debugDescription)")
    }
  }

  @Test("what spells a byte's piece is text") func spelledByte() throws {
    let file = SentencePieceModelTests.folder.appending(path: "unigram.model")
    let tokenizer = try Tokenizer(sentencePiece: file, configuration: nil, added: nil)
    let model = try SentencePieceModel(file: file.path)
    let byte = try #require(model.pieces.firstIndex { $0.text == "<0x41>" })
    #expect(!tokenizer.encode("<0x41>", addSpecialTokens: false).contains(Int32(byte)))
  }
}
