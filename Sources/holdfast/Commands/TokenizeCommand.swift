import ArgumentParser
import Checkpoints
import Diagnostics
import Foundation
import Reading
import Tokenizers

/// `holdfast tokenize`: strings in, token ids out.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Encodes text: one JSON string a line in, one JSON array of token ids a line out.",
    discussion: #"Example: echo '"Hello, world"' | holdfast tokenize --model smollm2-135m-instruct"#)

  @Option(help: "A .gguf file, a Hugging Face folder, or a name from the catalogue that was fetched.")
  var model: String

  @Option(name: .customLong("in"), help: "A file of JSON strings, one a line, a pipe, or - for standard input.")
  var input: String = "-"

  @Flag(help: "Add the tokenizer's default special tokens (BOS).")
  var special = false

  /// Lines that are read, encoded and written at a time where so many are there.
  private static let together = 2048

  func run() throws {
    let lines = LineStream(try InputFile(input, streams: true))
    let checkpoint = try Checkpoint.open(try resolveModel(model))
    let tokenizer = try Tokenizer(checkpoint.tokenizer)
    for line in checkpoint.noteLines { note("\(line)") }
    while true {
      let batch = try lines.next(Self.together)
      if batch.isEmpty { break }
      let output = try batch.map { "\(tokenizer.encode(try text($0), addSpecialTokens: special))\n" }.joined()
      try emitData(Data(output.utf8))
    }
  }

  private func text(_ line: LineStream.Line) throws -> String {
    let remedy: ShownText = #"write one string a line, as in "Hello""#
    guard case .string(let text) = try line.json(of: input, wanted: "a JSON string", remedy: remedy) else {
      throw InputError(input, field: line.place, "is not a JSON string", remedy: remedy)
    }
    return text
  }
}
