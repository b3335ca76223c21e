import Foundation

/// The name that a model goes by, whatever leads to it: the last part of a path or of a name on a hub, in lower case.
///
/// "HuggingFaceTB/SmolLM2-135M-Instruct", "models/smollm2-135m-instruct.gguf" and the hub's cache of it are the same to people.
package func modelName(_ path: String) -> String {
  let parts = path.split(separator: "/").map { $0.lowercased() }
  // models--ORGANISATION--NAME/snapshots/HASH
  if parts.dropLast().last == "snapshots", let cached = parts.last(where: { $0.hasPrefix("models--") }) {
    return cached.split(separator: "--").last.map(String.init) ?? cached
  }
  let name = parts.last ?? path
  if let part = GGUFPartName(name) { return part.stem }
  return name.hasSuffix(".gguf") ? String(name.dropLast(".gguf".count)) : name
}

/// Whether two paths or names are of one model, as far as names tell.
func namesSameModel(_ name: String, _ path: String) -> Bool {
  let url = URL(fileURLWithPath: path)
  let places = [url.standardizedFileURL.path, url.resolvingSymlinksInPath().path]
  return places.contains { modelName($0) == modelName(name) }
    || places.contains(URL(fileURLWithPath: name).resolvingSymlinksInPath().path)
}
