import Foundation
import Reading

/// The name that a model goes by, whatever leads to it: the last part of a path or of a name on a hub, in lower case.
///
/// "HuggingFaceTB/SmolLM2-135M-Instruct", "models/smollm2-135m-instruct.gguf" and the hub's cache of it are the same to people.
package func modelName(_ path: String) -> String {
  if let name = HubCache.name(ofSnapshot: path) { return name.lowercased() }
  let name = path.split(separator: "/").last?.lowercased() ?? path
  if let part = GGUFPartName(name) { return part.stem }
  return name.hasSuffix(".gguf") ? String(name.dropLast(".gguf".count)) : name
}

/// The model that a quantised copy is of, by its name: "Qwen3-4B" of "unsloth/Qwen3-4B-bnb-4bit", in lower case; nil of any other name.
package func quantisedCopy(_ name: String) -> String? {
  let endings = [
    "-unsloth-bnb-4bit", "-bnb-4bit", "-bnb-8bit", "-4bit", "-8bit", "-int4", "-int8", "-nf4", "-fp8", "-gptq-int4",
    "-gptq-int8", "-gptq", "-awq", "-w4a16", "-w8a16", "-w8a8",
  ]
  let own = modelName(name)
  return endings.first { own.hasSuffix($0) && own.count > $0.count }.map { String(own.dropLast($0.count)) }
}

/// Whether two paths or names are of one model, as far as names tell.
package func namesSameModel(_ name: String, _ path: String) -> Bool {
  let url = URL(fileURLWithPath: path)
  let places = [url.standardizedFileURL.path, url.resolvingSymlinksInPath().path]
  return places.contains { modelName($0) == modelName(name) }
    || places.contains(URL(fileURLWithPath: name).resolvingSymlinksInPath().path)
}
