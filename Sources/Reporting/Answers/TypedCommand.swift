import Diagnostics

/// A command of `holdfast gate` as it was typed, to be typed again with something changed.
struct TypedCommand {
  private let words: [String]

  init(_ line: String) { words = shellWords(line) }

  private init(words: [String]) { self.words = words }

  /// Whether it is a gate's own, which can be run again.
  var isGate: Bool { words.dropFirst().first == "gate" }

  /// Whether a server was let load the candidates, which it has no more once the gate has ended.
  var loadsAdapters: Bool { words.contains { $0.hasPrefix("--load-adapters") } }

  var line: String { words.map(shellQuoted).joined(separator: " ") }

  /// Options that every verb has, with their values.
  private static let sharedOptions = ["--config", "--ledger", "--threads"]

  /// Those of the shared options that were given, as they end another command: " --config c.yaml".
  var shared: String { sharedWords.map { " " + shellQuoted($0) }.joined() }

  private var sharedWords: [String] { words(of: Self.sharedOptions) }

  private func words(of options: [String]) -> [String] {
    words.indices.flatMap { place -> [String] in
      let name = String(words[place].prefix { $0 != "=" })
      guard options.contains(name) else { return [] }
      return words[place].contains("=") ? [words[place]] : Array(words[place..<min(place + 2, words.count)])
    }
  }

  /// The same gate of one candidate alone.
  func gate(_ path: String) -> TypedCommand {
    TypedCommand(words: ["holdfast", "gate", path] + words(of: Self.sharedOptions + Self.gateOptions))
  }

  /// What of a gate decides what is asked, with its value.
  private static let gateOptions = [
    "--share", "--prompt", "--baseline", "--candidate-template", "--reported", "--concurrency", "--ca", "--served-hash",
    "--server-timeout", "--server-wait",
  ]

  /// Without some options; those of them that are no flags lose their value too.
  func without(_ options: String...) -> TypedCommand {
    var kept: [String] = []
    var skips = false
    for word in words {
      let name = String(word.prefix { $0 != "=" })
      if skips {
        skips = false
      } else if options.contains(name) {
        skips = !Self.flags.contains(name) && !word.contains("=")
      } else {
        kept.append(word)
      }
    }
    return TypedCommand(words: kept)
  }

  private static let flags: Set = ["--stop-early", "--adaptive", "--diagnose", "--cells", "--quiet", "--json"]

  /// With a flag.
  func with(_ flag: String) -> TypedCommand { words.contains(flag) ? self : TypedCommand(words: words + [flag]) }

  /// With a value in the place of the one that it had.
  func with(_ option: String, _ value: String) -> TypedCommand {
    TypedCommand(words: without(option).words + [option, value])
  }
}
