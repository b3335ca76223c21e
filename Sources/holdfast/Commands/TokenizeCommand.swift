import ArgumentParser
import Checkpoints
import Diagnostics
import Foundation
import Tokenizers

/// `holdfast tokenize`: strings in, token ids out.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Encodes text: one JSON string a line in, one JSON array of token ids a line out.",
    discussion: #"Example: echo '"Hello, world"' | holdfast tokenize --model smollm2-135m-instruct"#)

  @Option(help: "A .gguf file, a Hugging Face folder, or a name from the catalogue that was fetched.")
  var model: String

  @Option(name: .customLong("in"), help: "A file of JSON strings, one a line, or - for standard input.")
  var input: String = "-"

  @Flag(help: "Add the tokenizer's default special tokens (BOS).")
  var special = false

  func run() throws {
    let checkpoint = try Checkpoint.open(try resolveModel(model))
    let tokenizer = try Tokenizer(checkpoint.tokenizer)
    for line in checkpoint.noteLines { note("\(line)") }
    var output = ""
    for (number, line) in try readLines(input) {
      guard
        let text = try? JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed) as? String
      else {
        throw InputError(
          input, field: "line \(number)", "is not a JSON string", remedy: #"write one string a line, as in "Hello""#)
      }
      output += "\(tokenizer.encode(text, addSpecialTokens: special))\n"
    }
    try emitData(Data(output.utf8))
  }
}
