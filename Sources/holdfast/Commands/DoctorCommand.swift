import ArgumentParser
import Catalogue
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Reading
import Scoring
import Served
import Suites
import Tokenizers
import Transformer

/// `holdfast doctor`: what this machine offers and what is wrong with it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this machine offers (kernels, speed, memory) and what is wrong with it; or proves a server.",
    discussion: """
      Example: holdfast doctor --json
      Example: holdfast doctor --server http://localhost:8000 --model my-adapter --tokenizer path/to/model.gguf
      """)

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Prove the server at this address instead: whether its scores are what they seem.")
  var server: String?

  @Option(help: "The server's model.")
  var model: String?

  @Option(
    help:
      "The served model's tokenizer: its folder, or a .gguf file, or the word server for its own; by default the files that the server says it was started with, where they are here, else its own."
  )
  var tokenizer: String?

  @Option(help: "The served model's files, where it is to be compared with this engine.")
  var local: String?

  @Flag(help: "Prove that the server writes text as it should, where that is all that it gives (answers: written).")
  var written = false

  @OptionGroup var serverOptions: ServerOptions

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if server == nil, model != nil || tokenizer != nil || local != nil || written {
      throw ValidationError("--model, --tokenizer, --local and --written go with --server")
    }
    if written, tokenizer != nil || local != nil {
      throw ValidationError("--written has no use for --tokenizer and --local: the server is sent text")
    }
  }

  func run() throws {
    if let server, written {
      let configuration = try options.loadIfPresent()
      let checkup = try ServerCheckup(
        writing: ServerAddress(server, model: model, place: "--server"),
        arguments: configuration?.chatArguments() ?? JSONObject(),
        serverOptions.access(keyFile: configuration?.keyFile),
        tell: { line in if !json { try printLine(line) } })
      if json { try printJSON(checkup, isPretty: true) }
      return
    }
    if let server {
      let configuration = try options.loadIfPresent()
      let address = try ServerAddress(server, model: model, place: "--server")
      let access = try serverOptions.access(keyFile: configuration?.keyFile)
      let checkup = try ServerCheckup(
        address,
        tokenizer: tokenizer.map {
          $0 == ServedReference.serversTokenizer
            ? .server : .files(try resolveModel($0, models: configuration?.models))
        }
          ?? TokenizerSearch().find(address, access),
        local: local.map { try resolveModel($0, models: configuration?.models) }, access,
        threads: options.threads ?? configuration?.threads ?? Machine.cores,
        tell: { line in if !json { try printLine(line) } })
      if json { try printJSON(checkup, isPretty: true) }
      return
    }
    let checkup = try Checkup(options)
    if json { try printJSON(checkup, isPretty: true) } else { try printLine(checkup.text) }
  }
}

/// Everything that doctor finds.
private struct Checkup: Encodable {
  let version = holdfastVersion
  let processor = Machine.processor
  let cores = Machine.cores
  let threads: Int
  let memoryBytes = Machine.memoryBytes
  let kernel = Kernel.current.name
  let kernelGflops: Double
  let openblasCore: String?
  let openblasGflops: Double?
  let folder: String
  let models: [String]
  let ledger: String
  let ledgerState: String
  let problems: [String]

  enum CodingKeys: String, CodingKey {
    case version, processor, cores, threads, kernel, models, ledger, problems
    case memoryBytes = "memory_bytes"
    case kernelGflops = "kernel_gflops"
    case openblasCore = "openblas_core"
    case openblasGflops = "openblas_gflops"
    case folder = "models_folder"
    case ledgerState = "ledger_state"
  }

  init(_ options: ConfigurationOptions) throws {
    var problems: [String] = []
    // Read before OpenBLAS is loaded, which sets it where it is not set.
    if let core = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] {
      problems.append("OPENBLAS_CORETYPE=\(core) is set: OpenBLAS uses these kernels, be they the best here or not")
    }
    // Without a configuration the folder we stand in is looked at.
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    var configuration: Configuration?
    if FileManager.default.fileExists(atPath: options.config) {
      configuration = try options.load()
    } else {
      problems.append("\(options.config): no configuration here; 'holdfast gate' needs one")
    }
    threads = options.threads ?? configuration?.threads ?? Machine.cores
    let speed = GEMMSpeed.measure(.init(rows: 1024, outputs: 1536, inputs: 576), threads: threads)
    kernelGflops = (speed.packed / 1e8).rounded() / 10
    openblasGflops = speed.openBLAS.map { ($0 / 1e8).rounded() / 10 }
    openblasCore = openBLASCore
    if let kernel = ProcessInfo.processInfo.environment["HOLDFAST_KERNEL"] {
      problems.append("HOLDFAST_KERNEL=\(kernel) is set; this processor's best is \(Kernel.best.name)")
    }
    if Kernel.best == .portable, !Kernel.hasNativePortableKernel {
      problems.append("this processor has neither AVX2 nor AVX-512: scoring will be some hundred times slower")
    }
    if openblasCore == nil { problems.append("OpenBLAS is not installed: the comparison with it is left out") }

    let folder = fetchedModelsFolder(otherwise: configuration?.models ?? "models")
    self.folder = folder.path
    let known = try Catalogue.builtIn().models
    models = known.filter { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0.file).path) }.map(
      \.name)
    if models.isEmpty { problems.append("no model has been fetched: run 'holdfast fetch \(known[0].name)'") }
    if let configuration { problems += Self.readingProblems(configuration) }
    ledger = options.ledger ?? configuration?.ledger ?? here.appendingPathComponent(".holdfast/ledger.sqlite").path
    if FileManager.default.fileExists(atPath: ledger) {
      do {
        let newest = try Ledger(path: ledger).runs(limit: 1).first
        ledgerState = newest.map { "newest run \($0.id)" } ?? "no runs"
      } catch let error as InputError {
        ledgerState = "unusable"
        problems.append("\(error)")
      }
    } else {
      ledgerState = "not made yet"
    }
    self.problems = problems
  }

  /// What is wrong with how the configured base reads the configured suite; nothing where one of them is not there yet.
  private static func readingProblems(_ configuration: Configuration) -> [String] {
    guard let path = try? basePath(configuration), FileManager.default.fileExists(atPath: path) else { return [] }
    do {
      let base = try Checkpoint.open(path)
      let tokenizer = try Tokenizer(base.tokenizer)
      let lines = base.notes + tokenizer.notes
      guard let suite = configuration.suites.first.flatMap({ try? Suite.load($0) }) else {
        return lines.map { "\(path): \($0)" }
      }
      let encoding = PromptEncoding(try suite.sampleRequests(), tokenizer)
      return (lines + encoding.warnings).map { "\(path): \($0)" }
    } catch {
      return ["\(error)"]
    }
  }

  var text: ShownText {
    let blas =
      openblasCore.map { "\($0), \(openblasGflops.map { "\($0) GFLOP/s" } ?? "not measured")" } ?? "not installed"
    var lines: [ShownText] = [
      "holdfast    \(version)",
      "processor   \(processor)",
      "threads     \(threads) of \(cores) cores",
      "memory      \((memoryBytes + (1 << 29)) >> 30) GiB",
      "kernels     \(kernel), \(kernelGflops) GFLOP/s",
      "OpenBLAS    \(blas)",
      "models      \(folder): \(models.isEmpty ? "none" : models.joined(separator: ", "))",
      "ledger      \(ledger): \(ledgerState)",
    ]
    lines += problems.isEmpty ? ["nothing is wrong"] : problems.map { "problem     \($0)" }
    return lines.joined(separator: "\n")
  }
}
