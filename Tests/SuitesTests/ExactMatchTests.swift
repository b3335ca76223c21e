import Suites
import Testing

@Suite("The exact-match automaton")
struct ExactMatchTests {
  private typealias State = ExactMatchAutomaton.State

  @Test(
    "decides as soon as the answer is settled",
    arguments: [
      ([" went", "\n"], [.open, .accepted]),
      ([" went", ".\n"], [.open, .rejected]),
      ([" went\n\nQ"], [.accepted]),
      ([" w", "en", "t", " \n"], [.open, .open, .open, .accepted]),
      ([" went", "\n\n"], [.open, .accepted]),
      ([" wen", "\n"], [.open, .rejected]),
      ([" go", "ne"], [.open, .rejected]),
      (["\n", "went"], [.rejected, .rejected]),
      ([" \t", "goes", " ", "\r"], [.open, .open, .open, .open]),
      ([" went", " home"], [.open, .rejected]),
      ([" wente"], [.rejected]),
      ([" WENT"], [.rejected]),
    ] as [([String], [ExactMatchAutomaton.State])])
  func decisions(tokens: [String], expected: [ExactMatchAutomaton.State]) {
    var automaton = ExactMatchAutomaton(ExactMatchRule(accepted: ["went", "goes"], stop: "\n"))
    #expect(tokens.map { automaton.append(Array($0.utf8)) } == expected)
  }

  @Test("the end of the text ends an answer like a stop")
  func endOfText() {
    var complete = ExactMatchAutomaton(ExactMatchRule(accepted: ["went"], stop: "\n"))
    complete.append(Array(" went ".utf8))
    #expect(complete.finish() == .accepted)
    var partial = ExactMatchAutomaton(ExactMatchRule(accepted: ["went"], stop: "\n"))
    partial.append(Array(" wen".utf8))
    #expect(partial.finish() == .rejected)
  }

  @Test("a stop of several bytes may begin in one token and end in another, and a token may end inside a character")
  func split() {
    var automaton = ExactMatchAutomaton(ExactMatchRule(accepted: ["né"], stop: "END"))
    let bytes = Array("né END".utf8)
    #expect(
      [bytes[0..<2], bytes[2..<5], bytes[5..<7]].map { automaton.append(Array($0)) } == [.open, .open, .accepted])
  }

  @Test("an answer that the stop or trimming would alter is never accepted")
  func impossible() {
    for rule in [ExactMatchRule(accepted: [" went", "a\nb"], stop: "\n"), ExactMatchRule(accepted: [], stop: "\n")] {
      #expect(ExactMatchAutomaton(rule).state == .rejected)
    }
  }

  @Test("agrees with a reference that has the whole text, whatever the tokens; rejects exactly when no text could help")
  func property() {
    var generator = SplitMix64(seed: 2026)
    let alphabet = Array("ab \n.".utf8)
    var verdicts: [State: Int] = [:]
    for _ in 0..<20_000 {
      let stop = ["\n", "", ".", "ab", "b\n", " .", "aa"][generator.below(7)]
      let accepted = (0..<1 + generator.below(3)).map { _ in text(alphabet.dropLast(2), 3, &generator) }
      let whole = Array(text(alphabet, 8, &generator).utf8)
      var automaton = ExactMatchAutomaton(
        ExactMatchRule(accepted: accepted.map { String($0) }, stop: stop))
      var position = 0
      while position < whole.count {
        let end = min(whole.count, position + 1 + generator.below(3))
        automaton.append(Array(whole[position..<end]))
        position = end
      }
      let early = automaton.state
      let final = automaton.finish()
      #expect((final == .accepted) == reference(whole, accepted, stop), "\(accepted) \(stop) \(whole)")
      // A settled state must be what any longer text would get; an open one must still be able to go either way.
      let couldMatch = canMatch(whole, accepted, stop)
      if early == .rejected { #expect(!couldMatch, "\(accepted) \(stop.debugDescription) \(whole)") }
      if early == .open { #expect(couldMatch, "\(accepted) \(stop.debugDescription) \(whole)") }
      verdicts[early, default: 0] += 1
    }
    #expect(verdicts.count == 3 && verdicts.values.allSatisfy { $0 > 200 })
  }

  private func text(_ alphabet: [UInt8], _ longest: Int, _ generator: inout SplitMix64) -> String {
    String(
      decoding: (0..<generator.below(longest + 1)).map { _ in alphabet[generator.below(alphabet.count)] }, as: UTF8.self
    )
  }

  /// Cut, trim, compare: on the whole text at once.
  private func reference(_ text: [UInt8], _ accepted: [String], _ stop: String) -> Bool {
    let stop = Array(stop.utf8)
    var cut = text
    if !stop.isEmpty, text.count >= stop.count,
      let end = (0...(text.count - stop.count)).first(where: { Array(text[$0..<($0 + stop.count)]) == stop })
    {
      cut = Array(text[..<end])
    }
    let spaces = Set(" \t\n\r\u{0B}\u{0C}".utf8)
    let trimmed = cut.drop { spaces.contains($0) }.reversed().drop { spaces.contains($0) }.reversed()
    return accepted.contains { Array($0.utf8) == Array(trimmed) }
  }

  /// Whether some text that begins like this one matches: as it is, or ended by part of an answer and a stop.
  private func canMatch(_ text: [UInt8], _ accepted: [String], _ stop: String) -> Bool {
    let endings = accepted.flatMap { answer in (0...answer.utf8.count).map { Array(answer.utf8.suffix($0)) } }
    let stops = (0...stop.utf8.count).map { Array(stop.utf8.suffix($0)) }
    return (endings + [[]]).contains { ending in
      stops.contains { reference(text + ending + $0, accepted, stop) }
    }
  }
}
