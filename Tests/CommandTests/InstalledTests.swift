import Foundation
import Testing

@Suite("A program that was installed, with suites and baselines beside it")
struct InstalledTests {
  @Test("asks its suites by their names, and another one where that is there")
  func suites() throws {
    let installed = try TemporaryFolder()
    try installed.makeFolder("bin")
    try installed.copy(Program.path, as: "bin/holdfast")
    try installed.makeFolder("suites")
    let project = try TemporaryFolder.project()
    try installed.copy(project.file("suite").path, as: "suites/tiny")
    try FileManager.default.removeItem(at: project.file("suite"))
    func run(_ arguments: String...) throws -> (status: Int32, err: String) {
      let process = Process()
      let pipe = Pipe()
      process.executableURL = installed.file("bin/holdfast")
      process.arguments = arguments
      process.currentDirectoryURL = project.url
      process.standardError = pipe
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      let err = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, err)
    }
    try project.replace("suites: [suite]", with: "suites: [tiny]", in: "holdfast.yaml")
    let first = try run("run")
    #expect(first.status == 0, "\(first.err)")
    #expect(try run("validate", "tiny").status == 0)
    #expect(try run("run", "--suite", "suites/tiny").status == 0)
    #expect(try run("run", "--suite", "gone").status == 2)
    // A baseline of that name is read, and one's own is written here.
    try project.replace("baseline: baseline.json", with: "baseline: base.tiny", in: "holdfast.yaml")
    let saved = try run("baseline", "save", "--out", "saved.json")
    #expect(saved.status == 0, "\(saved.err)")
    try installed.makeFolder("baselines")
    try installed.copy(project.file("saved.json").path, as: "baselines/base.tiny.json")
    let plan = try run("plan")
    #expect(plan.status == 3, "\(plan.err)")
    // To be changed, it is copied.
    let made = try run("init", "--force", "--with-suite", "tiny")
    #expect(made.status == 0, "\(made.err)")
    #expect(try project.read("holdfast.yaml").contains("\nsuites: [suites/tiny]\n"))
    #expect(try project.read("suites/tiny/suite.yaml") == installed.read("suites/tiny/suite.yaml"))
    let twice = try run("init", "--force", "--with-suite", "tiny")
    #expect(twice.status == 2 && twice.err.contains("suites/tiny: already has something in it"), "\(twice.err)")
    let unknown = try run("init", "--force", "--with-suite", "../suites/tiny")
    #expect(unknown.status == 2 && unknown.err.contains("give one of tiny"), "\(unknown.err)")
    // A folder of that name here comes before.
    try project.replace("suites: [suites/tiny]", with: "suites: [tiny]", in: "holdfast.yaml")
    try project.write("tiny/suite.yaml", "suite: [\n")
    #expect(try run("run").status == 2)
  }
}
