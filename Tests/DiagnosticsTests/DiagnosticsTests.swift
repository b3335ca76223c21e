import Diagnostics
import Testing

@Suite("Errors for the user")
struct DiagnosticsTests {
  @Test("an input error names file, field, problem and remedy on one line")
  func oneLine() {
    let error = InputError("model.gguf", field: "blk.0", "is\ncut\u{1B}[31m short", remedy: "fetch it again")
    #expect("\(error)" == "model.gguf: blk.0: is\u{FFFD}cut\u{FFFD}[31m short; fetch it again")
  }

  @Test(
    "the nearest known key is found by edit distance",
    arguments: [("shot", "shots"), ("templete", "template"), ("max_dorp", "max_drop")])
  func nearest(unknown: String, expected: String) {
    #expect(nearestKey(to: unknown, among: ["shots", "template", "max_drop", "pool"]) == expected)
  }

  @Test("a key that is near to none gets no suggestion but the list")
  func noneNear() throws {
    #expect(nearestKey(to: "zebra", among: ["shots", "template"]) == nil)
    let error = #expect(throws: InputError.self) {
      try refuseUnknownKeys(["zebra"], known: ["shots", "template"], file: "task.yaml")
    }
    #expect(error?.remedy == "known keys: shots, template")
    #expect(error?.field == "zebra")
  }
}
