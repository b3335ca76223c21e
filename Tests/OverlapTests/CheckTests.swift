import Foundation
import Overlap
import Suites
import Testing

@Suite("The five checks")
struct CheckTests {
  @Test("texts are equal where an independent NFKC, lower-case, unpunctuated form is")
  func normalised() throws {
    for golden in try Goldens.load().equal {
      let report = try scan(
        suite(task(items: [item("it", golden.item, "yes")])), "data.jsonl", try pair(golden.data, "Yes."))
      #expect((report.of(.exactPair).count == 1) == golden.equal, "\(golden.item) | \(golden.data)")
    }
  }

  @Test("1: a shared 13-gram, or 8-gram of a short text, is found with the longest match's share; one word less is not")
  func nGrams() throws {
    for golden in try Goldens.load().runs {
      let report = try scan(suite(task(items: [item("it", golden.item, "yes")])), "data.txt", golden.data)
      let found = report.of(.nGram)
      if golden.longest >= (golden.words >= 13 ? 13 : 8) {
        #expect(found.map(\.score) == [Double(golden.longest) / Double(golden.words)])
        #expect(report.contaminated == ["it"])
        #expect(found.first?.suiteText == golden.item)
      } else {
        #expect(found.isEmpty)
      }
    }
  }

  @Test("1: of a short item only what holds all of its input counts, not the template's own words")
  func templateWords() throws {
    let made = suite(
      task(
        template: "Is this sentence about sport, food or music? {input}\nIt is:",
        items: [item("it", "Goal!", "sport")]))
    let other = "Is this sentence about sport, food or music? A violin played.\nIt is: music"
    #expect(try scan(made, "data.txt", other).of(.nGram).isEmpty)
    let same = "Is this sentence about sport, food or music? Goal! Anyone would know."
    #expect(try scan(made, "data.txt", same).of(.nGram).map(\.item) == ["it"])
  }

  @Test("2: input and answer are found as prompt and completion, bare or as the suite renders them, and with an alias")
  func pairs() throws {
    for (prompt, completion) in [
      ("Go", " went."), ("Q: go\nA:", "went"), ("Q: run\nA: ran\n\nQ: go\nA:", "went"), ("GO?", "went\nBecause."),
    ] {
      let report = try scan(verbs, "data.jsonl", try pair(prompt, completion))
      #expect(report.of(.exactPair).map(\.item) == ["go"], "\(prompt)")
      #expect(report.contaminated == ["go"])
    }
    #expect(try scan(verbs, "data.jsonl", try pair("take", "taken")).contaminated == ["take"])
  }

  @Test("2: in plain text a pair is found on a line, on two as rendered, or as a paragraph")
  func pairsInText() throws {
    for text in ["sing -> sang", "Q: run\nA: ran\nQ: sing\nA: sang\nQ: do\nA: did", "first\n\nsing\nsang\n\nlast"] {
      #expect(try scan(verbs, "data.txt", text).contaminated == ["sing"], "\(text)")
    }
    // The lines of a word list are no questions and answers.
    #expect(try scan(verbs, "data.txt", "ring\nsing\nsang\nsong").contaminated == [])
    #expect(try scan(verbs, "data.txt", "They sing what they sang").contaminated == [])
  }

  @Test("2: an input with another answer is a warning where it is short, and contaminated where it is the item's alone")
  func inputs() throws {
    let short = try scan(verbs, "data.jsonl", try pair("go", "gehen"))
    #expect(short.of(.exactInput).map(\.severity) == [.warning])
    #expect(short.contaminated == [])
    let long = try scan(verbs, "data.jsonl", try pair("This app crashes constantly!", "bug report"))
    #expect(long.of(.exactInput).map(\.severity) == [.contaminated])
    #expect(long.contaminated == ["app"])
  }

  @Test("2: the item in the data's own words is found by its answer; another answer, or a long text, is not it")
  func contained() throws {
    let asked = try scan(verbs, "data.jsonl", try pair("What is the past tense of 'sing'?", "Sang"))
    #expect(asked.of(.containedPair).map(\.item) == ["sing"])
    #expect(asked.contaminated == ["sing"])
    #expect(try scan(verbs, "data.jsonl", try pair("Spell the past tense of 'sing'", "sung")).contaminated == [])
    let long = String(repeating: "many other words stand here ", count: 8) + "sing"
    #expect(try scan(verbs, "data.jsonl", try pair(long, "sang")).contaminated == [])
  }

  @Test("2: an answer alone is a note on the task")
  func outputs() throws {
    let report = try scan(verbs, "data.jsonl", try pair("Where did she run to?", "went") + (try pair("How?", "Went!")))
    #expect(report.of(.exactOutput).map(\.severity) == [.note, .note])
    #expect(report.of(.exactOutput).map(\.occurrences) == [2, 2])
    #expect(report.contaminatedCount == 0)
  }

  @Test("3: label sets are compared by Jaccard, and gold answers by the share that are labels of the data")
  func labels() throws {
    let labels = ["good", "bad", "mixed"]
    let made = suite(
      task(items: (0..<10).map { item("i\($0)", "item number \($0)", $0 < 7 ? "good" : "bad", choices: labels) }))
    let rows = try ["good", "mixed", "odd"].enumerated().map { try pair("some text \($0)", $1) }.joined()
    let report = try scan(made, "data.jsonl", rows)
    #expect(report.tasks[0].labelSimilarity == 2.0 / 4)
    #expect(report.tasks[0].goldShare == 0.7)
    #expect(report.of(.labels).map(\.severity) == [.warning])
    let free = try scan(made, "data.jsonl", (0..<40).map { try pair("q\($0)", "answer \($0)") }.joined())
    #expect(free.tasks[0].labelSimilarity == 0)
    #expect(free.of(.labels).isEmpty)
  }

  @Test("4: the data's template is inferred, and compared by its 5-grams as an independent computation does")
  func templates() throws {
    for golden in try Goldens.load().templates {
      let made = suite(task(template: golden.suite, items: [item("it", "go", "went")]))
      let rows = try ["red", "green", "deep blue"].map { try pair(golden.before + $0 + golden.after, "x\($0)") }
      let report = try scan(made, "data.jsonl", rows.joined())
      #expect(abs(report.tasks[0].templateSimilarity - golden.jaccard) < 1e-12, "\(golden.suite)")
      #expect(report.of(.template).count == (golden.jaccard >= 0.5 ? 1 : 0))
    }
  }

  @Test("5: MinHash's estimate is within three standard errors of the Jaccard similarity; below .8 nothing is said")
  func nearDuplicates() throws {
    for golden in try Goldens.load().near {
      let report = try scan(suite(task(items: [item("it", golden.item, "yes")])), "data.txt", golden.data)
      let found = report.of(.nearDuplicate)
      if golden.jaccard > 0.83 { #expect(found.count == 1, "\(golden.data)") }
      if golden.jaccard < 0.7 { #expect(found.isEmpty, "\(golden.data)") }
      for finding in found {
        let error = (golden.jaccard * (1 - golden.jaccard) / 128).squareRoot()
        #expect(abs(finding.score - golden.jaccard) <= 3 * error)
        #expect(finding.dataText.hasPrefix(String(golden.data.prefix(20))))
      }
    }
  }
}
