import Foundation
import Reading

/// How varied a task's samples are: narrow data are what makes a model forget everything else.
package struct DataVariety: Sendable, Equatable {
  package let sampleCount: Int
  /// Different n-grams of the prompts' words as a share of all, for n of 1, 2 and 3.
  package let distinct: [Double]
  /// Entropy of the prompts' templates in bits, as a share of log2 of the number of samples: 0 where all have one
  /// template, 1 where each has its own.
  package let templateEntropy: Double
  /// How many different completions there are.
  package let completionCount: Int
  /// Words a prompt.
  package let leastWords: Int
  package let medianWords: Int
  package let mostWords: Int

  /// Words at a prompt's start that make its template.
  private static let maskLength = 8
  /// A word belongs to a template where at least this share of the prompts have it at that place.
  private static let sharedWord = 0.1

  package init(_ samples: [SampleContent]) {
    let prompts = samples.map { sample in
      sample.prompt.lowercased().split { $0.isWhitespace }.map(String.init)
    }
    sampleCount = samples.count
    distinct = (1...3).map { Self.distinct(prompts, n: $0) }
    templateEntropy = Self.templateEntropy(prompts)
    completionCount = Set(samples.map { $0.completion.stripped() }).count
    let lengths = prompts.map(\.count).sorted()
    leastWords = lengths.first ?? 0
    medianWords = lengths.isEmpty ? 0 : lengths[lengths.count / 2]
    mostWords = lengths.last ?? 0
  }

  /// Whether most prompts have one of few templates, or the completions are few.
  package var isHomogeneous: Bool { hasFewTemplates || hasFewCompletions }

  private var hasFewTemplates: Bool { templateEntropy < 0.5 }
  private var hasFewCompletions: Bool { completionCount * 10 <= sampleCount }

  /// What it means, in a sentence.
  package var sentence: String {
    let reasons =
      (hasFewTemplates ? ["the prompts follow few templates"] : [])
      + (hasFewCompletions ? ["there are only \(completionCount) different completions"] : [])
    guard !reasons.isEmpty else {
      return "The data are varied: neither the prompts nor the completions follow one form."
    }
    return "The data are homogeneous: \(reasons.joined(separator: ", and ")). Training on them alone teaches the form, "
      + "and costs in-context learning; consider mix or preserve."
  }

  /// The figures and the sentence, a line each.
  package var lines: [String] {
    func figure(_ value: Double) -> String { String(format: "%.2f", value) }
    return [
      "samples \(sampleCount), different completions \(completionCount)",
      "distinct words \(figure(distinct[0])), pairs \(figure(distinct[1])), triples \(figure(distinct[2]))",
      "template entropy \(figure(templateEntropy)) (0: one template, 1: each its own)",
      "words a prompt \(leastWords) to \(mostWords), median \(medianWords)",
      sentence,
    ]
  }

  private static func distinct(_ prompts: [[String]], n: Int) -> Double {
    var all = 0
    var seen: Set<[String]> = []
    for words in prompts where words.count >= n {
      for start in 0...(words.count - n) { seen.insert(Array(words[start..<start + n])) }
      all += words.count - n + 1
    }
    return all == 0 ? 0 : Double(seen.count) / Double(all)
  }

  /// A prompt's template is its first words, those masked that few other prompts have at the same place; a prompt
  /// that shares none has a template of its own.
  private static func templateEntropy(_ prompts: [[String]]) -> Double {
    guard prompts.count > 1 else { return 0 }
    let total = Double(prompts.count)
    let counts = (0..<maskLength).map { place in
      prompts.reduce(into: [String: Int]()) { counts, words in
        if words.indices.contains(place) { counts[words[place], default: 0] += 1 }
      }
    }
    var templates: [[String]: Int] = [:]
    var bits = 0.0
    for words in prompts {
      let mask = words.prefix(maskLength).enumerated().map { place, word in
        Double(counts[place][word] ?? 0) >= max(2, sharedWord * total) ? word : ""
      }
      if mask.allSatisfy(\.isEmpty) {
        bits += log2(total) / total
      } else {
        templates[mask, default: 0] += 1
      }
    }
    // Summed in order of size: a dictionary's own order changes from run to run.
    for count in templates.values.sorted() { bits -= Double(count) / total * log2(Double(count) / total) }
    return bits / log2(total)
  }
}
