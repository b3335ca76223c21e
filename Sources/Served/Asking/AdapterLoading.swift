import Diagnostics
import Digests
import Foundation
import Reading

/// Adapters that a server loads for as long as they are asked: by vLLM's own call, or SGLang's.
package final class AdapterLoading {
  private let address: ServerAddress
  private let pump: RequestPump
  /// The names under which they are there, and with which call each was loaded.
  private var loaded: [(name: String, form: Form)] = []

  private struct Form {
    let load: String
    let unload: String
  }

  private static let forms = [
    Form(load: "/v1/load_lora_adapter", unload: "/v1/unload_lora_adapter"),
    Form(load: "/load_lora_adapter", unload: "/unload_lora_adapter"),
  ]

  /// - Throws: `InputError` where the system has no libcurl.
  package init(_ address: ServerAddress, _ access: ServerAccess) throws {
    self.address = address
    pump = RequestPump(try CurlTransport(address, access), address, access, knock: ServedModel.knock)
  }

  /// The adapters in a folder, each in a folder of its own.
  ///
  /// - Throws: `InputError` where there are none.
  package static func folders(in path: String) throws -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let folders = ([""] + names.sorted()).map { $0.isEmpty ? path : "\(path)/\($0)" }.filter {
      FileManager.default.fileExists(atPath: "\($0)/adapter_config.json")
    }
    guard !folders.isEmpty else {
      throw InputError(
        path, "holds no adapters", remedy: "give --load-adapters a folder of folders with adapter_config.json")
    }
    return folders.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
  }

  /// Loads an adapter that lies at the same path on the server's disk.
  ///
  /// - Returns: its address. Its name holds a part of its weights' hash: a server keeps prompts of an adapter's name, and other weights under
  ///   the same name would be asked with those.
  /// - Throws: `InputError` where the server refuses.
  package func load(_ folder: String) throws -> ServerAddress {
    let weights = "\(folder)/adapter_model.safetensors"
    let hash = SHA256.hash(data: try readFile(weights, limit: 1 << 32)).hexadecimal
    let name = "\(URL(fileURLWithPath: folder).lastPathComponent)-\(hash.prefix(8))"
    var refusals: [String] = []
    for form in Self.forms {
      switch try call(form.load, ["lora_name": .string(name), "lora_path": .string(folder)]) {
      case nil:
        loaded.append((name, form))
        return address.naming(name)
      case .refused(400, let message, _)? where message.contains("already"):
        // As it was left by somebody who did not unload it: the same weights, by its name.
        loaded.append((name, form))
        return address.naming(name)
      case .refused(let status, let message, _)? where [404, 405].contains(status):
        refusals.append("\(form.load) answers \(status) \(message)")
      case .some(let fault): throw fault.error(address, asking: form.load)
      }
    }
    throw InputError(
      address.root, "loads no adapters while it runs (\(refusals.joined(separator: "; ")))",
      remedy: "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1, or SGLang with --enable-lora")
  }

  /// Unloads what was loaded; what cannot be is left, and told.
  package func unload(tell: (String) -> Void) {
    for (name, form) in loaded {
      do {
        guard let fault = try call(form.unload, ["lora_name": .string(name)]) else { continue }
        tell("\(fault.error(address, asking: form.unload)): '\(name)' stays loaded")
      } catch {
        tell("\(address.root): '\(name)' stays loaded: the work was ended before it was unloaded")
      }
    }
    loaded = []
  }

  /// Nil where the call succeeded: its answer is a sentence, in no form.
  private func call(_ path: String, _ body: JSONValue) throws -> ServerFault? {
    switch try pump.trial(.post(path, body)) {
    case .success, .failure(.notJSON): nil
    case .failure(let fault): fault
    }
  }
}
