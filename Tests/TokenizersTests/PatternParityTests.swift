import Foundation
import Patterns
import Testing
import Tokenizers

@Suite("The general expressions cut as the scanners do")
struct PatternParityTests {
  static let tail = #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  static let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"

  @Test(
    "on the corpus, and on random mixtures of it",
    arguments: [
      (PieceScanner.Expression.gpt2, #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
      (.llama3, contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"# + tail),
      (.qwen2, contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"# + tail),
    ])
  func corpus(scanner: PieceScanner.Expression, expression: String) throws {
    let scanner = TextSplit(.scanned(scanner))
    let pattern = try TextPattern(expression)
    let corpus = try TokenizerGoldens.corpus()
    let scalars = corpus.joined().unicodeScalars.map(Character.init)
    var random = SystemRandomNumberGenerator()
    let mixed = (0..<2_000).map { _ in String((0..<30).compactMap { _ in scalars.randomElement(using: &random) }) }
    for text in corpus + mixed {
      var scanned: [Range<Int>] = []
      var matched: [Range<Int>] = []
      Array(text.utf8).withUnsafeBufferPointer { bytes in
        scanner.forEachPiece(of: bytes) { scanned.append($0) }
        pattern.forEachMatch(in: bytes) { matched.append($0) }
      }
      #expect(scanned == matched, "\(text.debugDescription)")
    }
  }
}
