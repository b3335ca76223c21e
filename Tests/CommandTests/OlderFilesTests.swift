import Foundation
import Testing

@Suite("What version 0.1.0 left is still read")
struct OlderFilesTests {
  private func left() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.copy(golden("versions/0.1.0/holdfast.yaml"), as: "holdfast.yaml")
    for name in ["baselines", "suites"] { try folder.makeFolder(name) }
    let baseline = "smollm2-135m-instruct.core"
    try folder.copy(
      repository.appendingPathComponent("baselines/\(baseline)-1.json").path, as: "baselines/\(baseline).json")
    try folder.copy(repository.appendingPathComponent("suites/core-1").path, as: "suites/core")
    return folder
  }

  @Test("its configuration and its baseline: what a gate could find with them, in the units of then and of now")
  func plan() throws {
    let folder = try left()
    let plan = try holdfast("plan", in: folder)
    #expect(plan.status == 0, "\(plan.err)")
    // Rules that the file does not name have today's defaults.
    for unit in ["overall", "few-shot gain", "errors"] { #expect(plan.out.contains("\n\(unit) ")) }
    let shown = try holdfast("baseline", "show", "baselines/smollm2-135m-instruct.core.json", in: folder)
    #expect(shown.status == 0 && shown.out.contains("smollm2-135m-instruct"), "\(shown.err)")
  }

  @Test("its suite, as its configuration names it")
  func validate() throws {
    let folder = try left()
    let validated = try holdfast("validate", in: folder)
    #expect(validated.status == 0, "\(validated.out) \(validated.err)")
  }
}
