import Foundation
import Testing
import Training

@Suite("The variety of data")
struct DataVarietyTests {
  private func pairs(_ prompts: [String], _ completion: (Int) -> String) -> [SampleContent] {
    prompts.enumerated().map { .pair(prompt: $1, completion: completion($0)) }
  }

  @Test("distinct n-grams are shares of all n-grams, as Python counts them")
  func distinct() throws {
    let golden = try RecipeGoldens.load().variety
    let variety = DataVariety(pairs(golden.prompts) { "\($0)" })
    #expect(variety.distinct == golden.distinct)
    #expect((variety.leastWords, variety.medianWords, variety.mostWords) == (4, 7, 7))
  }

  @Test("one template of prompts has entropy 0, prompts that share nothing 1, two templates in half 1 bit")
  func entropy() {
    let one = DataVariety(pairs((0..<64).map { "Review: word\($0)" }) { "\($0)" })
    #expect(one.templateEntropy == 0)
    #expect(one.isHomogeneous)
    let own = DataVariety(pairs((0..<64).map { "a\($0) b\($0) c\($0)" }) { "\($0)" })
    #expect(abs(own.templateEntropy - 1) < 1e-12)
    #expect(!own.isHomogeneous)
    #expect(own.sentence == "The data are varied: neither the prompts nor the completions follow one form.")
    let two = DataVariety(pairs((0..<64).map { "\($0 % 2 == 0 ? "Tell" : "Ask") word\($0)" }) { "\($0)" })
    #expect(abs(two.templateEntropy - 1.0 / 6) < 1e-12)
  }

  @Test("the sentiment task is homogeneous, the general instructions are not")
  func shipped() throws {
    func variety(_ file: String) throws -> DataVariety {
      DataVariety(
        try DataFile.read(repositoryFolder.appendingPathComponent("recipes/data/\(file)").path).lines.map(\.content))
    }
    let sentiment = try variety("sentiment/train.jsonl")
    #expect(sentiment.isHomogeneous)
    #expect(sentiment.completionCount == 2)
    #expect(sentiment.templateEntropy < 0.5)
    #expect(
      sentiment.sentence.hasPrefix(
        "The data are homogeneous: the prompts follow few templates, and there are only 2 different completions."))
    let general = try variety("general/pairs.jsonl")
    #expect(!general.isHomogeneous)
  }
}
