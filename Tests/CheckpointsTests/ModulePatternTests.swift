import Checkpoints
import Foundation
import Patterns
import Testing

@Suite("Module patterns accept what Python's re accepts")
struct ModulePatternTests {
  struct Goldens: Decodable {
    struct Case: Decodable {
      let pattern: String
      let full: [String]
      let key: [String]
    }
    let paths: [String]
    let cases: [Case]
  }

  @Test("every pattern of the goldens on every path, as a whole pattern and as a key")
  func goldens() throws {
    let goldens = try JSONDecoder().decode(
      Goldens.self, from: Data(contentsOf: golden("modulepatterns/cases.json")))
    #expect(goldens.cases.count >= 25)
    for test in goldens.cases {
      let full = try ModulePattern(fullMatch: test.pattern)
      #expect(goldens.paths.filter(full.matches) == test.full, "\(test.pattern)")
      let key = try ModulePattern(peftKey: test.pattern)
      #expect(goldens.paths.filter(key.matches) == test.key, "\(test.pattern)")
    }
  }

  @Test(
    "what is not supported is refused when it is read",
    arguments: [
      "(?!a)", "(?P<n>a)", "(?i)a", "a{2", "a{x}", "*a", "(a", "a)", "[a", "a**", "\\1", "\\Z", "a++", "[z-a]", "é",
      "[\\D]", "a{3,2}", "a{2000}", "\\",
    ])
  func refused(pattern: String) {
    #expect(throws: PatternFault.self) { try ModulePattern(fullMatch: pattern) }
    #expect(throws: PatternFault.self) { try ModulePattern(peftKey: pattern) }
  }

  @Test("patterns made to take for ever end soon")
  func costly() throws {
    let path = "model.layers.0.self_attn." + String(repeating: "a", count: 200)
    #expect(try ModulePattern(fullMatch: "([a-z._0-9]+)+!").matches(path) == false)
    let pattern = String(repeating: "(", count: 20) + ".?" + String(repeating: "){1000}", count: 20)
    #expect(throws: PatternFault.self) { try ModulePattern(fullMatch: pattern) }
    // Too many states for a table: a position's character decides long after.
    let late = try ModulePattern(fullMatch: ".*[ak].{40}(?:(?:x|q)*|(?:y*)*)*q_proj")
    #expect(late.matches("a" + String(repeating: "b", count: 40) + "q_proj"))
    #expect(!late.matches("c" + String(repeating: "b", count: 40) + "q_proj"))
    #expect(throws: PatternFault.self) {
      try ModulePattern(fullMatch: String(repeating: "(", count: 2000))
    }
  }
}
