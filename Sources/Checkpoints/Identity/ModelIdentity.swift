import Diagnostics
import Digests
import Foundation
import Reading

/// Which model this is, by content. Every part is a SHA-256 in lower-case hexadecimal.
package struct ModelIdentity: Sendable, Hashable, Codable {
  /// GGUF: the whole file, or the hashes of its parts in order. Hugging Face: the weight files' names and hashes.
  package let weights: String
  /// GGUF: the `tokenizer.*` metadata but the chat template. Hugging Face: tokenizer.json and tokenizer_config.json, or
  /// the names and hashes of the files that are there in its place.
  package let tokenizer: String
  /// What the configuration means, not how it is written: re-saving a model does not change it.
  package let configuration: String
  /// The adapter's weights and how they are applied, scales and what they replace; nil without one.
  package let adapter: String?

  package init(weights: String, tokenizer: String, configuration: String, adapter: String?) {
    self.weights = weights
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.adapter = adapter
  }

  /// One hash over all parts.
  package var id: String {
    CanonicalHash.of(["holdfast model 1", weights, tokenizer, configuration, adapter ?? "no adapter"])
  }

  /// Hashes the files, or takes a hash from `hashes` where a file has not changed.
  ///
  /// - Parameter checkpoint: with an adapter, the checkpoint that it has made of its base.
  package static func of(
    _ checkpoint: Checkpoint, adapter: Adapter?, hashes: any FileHashCache
  ) throws -> ModelIdentity {
    ModelIdentity(
      weights: weights(checkpoint, hashes), tokenizer: try tokenizer(checkpoint.tokenizer, hashes),
      configuration: CanonicalHash.of(checkpoint.configuration.canonicalParts),
      adapter: adapter.map { self.adapter($0, hashes) })
  }

  private static func weights(_ checkpoint: Checkpoint, _ hashes: any FileHashCache) -> String {
    switch checkpoint.format {
    case .gguf where checkpoint.weightFiles.count == 1: checkpoint.weightFiles[0].sha256(hashes)
    // Each says which part it is; the names may be changed, as a single file's.
    case .gguf: CanonicalHash.of(["GGUF in parts 1"] + checkpoint.weightFiles.map { $0.sha256(hashes) })
    case .huggingFace:
      // The same codes would have other values under another quantisation.
      CanonicalHash.of(
        checkpoint.weightFiles.flatMap { [$0.url.lastPathComponent, $0.sha256(hashes)] }
          + (checkpoint.configuration.quantisation.map { ["quantisation"] + $0.canonical } ?? []))
    }
  }

  /// Of a tokenizer's files alone.
  package static func tokenizer(_ files: TokenizerFiles, _ hashes: any FileHashCache) throws -> String {
    switch files {
    case .gguf(let metadata): return metadata.canonicalHash { $0.hasPrefix("tokenizer.ggml.") }
    case .json(let tokenizer, let configuration):
      let own = try MappedFile(tokenizer).sha256(hashes)
      let beside = try configuration.map { try MappedFile($0).sha256(hashes) }
      return CanonicalHash.of([own, beside ?? "no tokenizer_config.json"])
    case .sentencePiece, .tekken:
      return CanonicalHash.of(
        try files.urls.flatMap { [$0.lastPathComponent, try MappedFile($0).sha256(hashes)] })
    }
  }

  private static func adapter(_ adapter: Adapter, _ hashes: any FileHashCache) -> String {
    let scales = adapter.modules.flatMap { [$0.path, String($0.scale.bitPattern)] }
    return CanonicalHash.of([adapter.weightFile.sha256(hashes)] + scales + adapter.canonicalParts)
  }
}

/// SHA-256 over strings, each with its length before it, so that no two lists share a text.
package enum CanonicalHash {
  package static func of(_ parts: [String]) -> String {
    var hasher = SHA256()
    for part in parts { hasher.update(data: Data("\(part.utf8.count):\(part)".utf8)) }
    return hasher.finalize().hexadecimal
  }
}

extension GGUFMetadata {
  /// SHA-256 over the entries whose keys pass `isIncluded`: sorted by key, each as key, type, count, byte count and bytes.
  func canonicalHash(_ isIncluded: (String) -> Bool) -> String {
    var hasher = SHA256()
    for (key, entry) in entries.sorted(by: { $0.key < $1.key }) where isIncluded(key) {
      let count = entry.count.map(String.init) ?? "scalar"
      hasher.update(data: Data("\(key.utf8.count):\(key):\(entry.type):\(count):\(entry.bytes.count):".utf8))
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes]))
    }
    return hasher.finalize().hexadecimal
  }
}
