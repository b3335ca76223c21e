import Foundation
import Diagnostics
import Suites
import Testing

@Suite("Shares")
struct ShareTests {
  @Test(
    "a share takes the first ceil(n * share) blocks, at least one",
    arguments: [
      ("1/4", 16, 4), ("1/4", 14, 4), ("1/4", 1, 1), ("1", 16, 16), ("2/8", 14, 4), ("1/100", 16, 1),
      ("3/4", 0, 0), ("2/3", 7, 5),
    ])
  func count(text: String, blocks: Int, taken: Int) throws {
    #expect(try Share(parsing: text).blocks(of: blocks) == taken)
  }

  @Test("equal fractions are equal shares, printed in lowest terms")
  func lowestTerms() throws {
    #expect(try Share(parsing: "4/16") == Share(parsing: "1/4"))
    #expect(try Share(parsing: "4/16").description == "1/4")
    #expect(try Share(parsing: "1") == .all)
    // As it is kept; the first ledgers had numbers.
    func decoded(_ json: String) throws -> Share { try JSONDecoder().decode(Share.self, from: Data(json.utf8)) }
    #expect(try decoded("\"3/8\"") == Share(parsing: "3/8") && decoded("0.375") == Share(parsing: "3/8"))
    #expect(try decoded("1") == .all)
    for damaged in ["0", "1.5", "-1", "\"x\"", "null"] {
      #expect(throws: DecodingError.self) { try decoded(damaged) }
    }
  }

  @Test(
    "anything but a fraction above 0 and at most 1 is refused",
    arguments: ["", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "0.25", "1/", "/4", "99999999999999999999/2"])
  func refused(text: String) {
    #expect(throws: InputError.self) { try Share(parsing: text) }
  }
}
