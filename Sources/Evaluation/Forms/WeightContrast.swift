import Checkpoints
import Diagnostics
import Gating
import Synchronization
import Transformer

/// Puts a form's weights beside base and fine-tuning, one by one: `FormWeights` has what the sums mean.
struct WeightContrast {
  private let base: MergedWeights
  /// The reference: an adapter on the base, or a whole model.
  private let reference: MergedWeights
  private let form: MergedWeights
  private let threads: Int

  init(base: MergedWeights, reference: MergedWeights, form: MergedWeights, threads: Int) {
    (self.base, self.reference, self.form, self.threads) = (base, reference, form, threads)
  }

  /// Sums over one weight's elements.
  private struct Sums {
    var name = ""
    var isMatrix = true
    /// What it is stored in, and by how much that moves weights at most.
    var storage = "f32"
    var limit = 0.0
    var bytes = 0
    /// ⟨D, D⟩, ⟨F - B, D⟩, ⟨X - B, D⟩, ⟨B, B⟩, ⟨B + D, B + D⟩, ⟨F, F⟩.
    var dd = 0.0
    var ed = 0.0
    var xd: Double?
    var bb = 0.0
    var rr = 0.0
    var ff = 0.0
    /// ‖F - X‖², ‖X - (B + D)‖².
    var fx = 0.0
    var rounding = 0.0
    var count = 0

    /// What storing moves, in the right weights' size.
    var moved: Double { rr > 0 ? ((xd == nil ? fx : rounding) / rr).squareRoot() : 0 }

    var keptError: Double { dd > 0 && count > 0 ? (fx / Double(count)).squareRoot() / dd.squareRoot() : 0 }
  }

  /// - Throws: `InputError` where a weight cannot be read.
  func find() throws -> FormWeights {
    let places = reference.places
    let found = Mutex<[Sums?]>(Array(repeating: nil, count: places.count))
    let fault = Mutex<(any Error)?>(nil)
    ThreadTeam(threads).run(places.count) { index, _ in
      do {
        try Interruption.check()
        let sums = try sums(of: places[index])
        found.withLock { $0[index] = sums }
      } catch {
        fault.withLock { $0 = $0 ?? error }
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
    return weights(found.withLock { $0.compactMap { $0 } })
  }

  private func weights(_ all: [Sums]) -> FormWeights {
    func sum(_ sums: [Sums], _ value: (Sums) -> Double) -> Double { sums.reduce(0) { $0 + value($1) } }
    let changed = all.filter { $0.dd > 1e-16 * $0.bb }
    let bb = max(sum(all) { $0.bb }, .leastNormalMagnitude)
    let dd = sum(changed) { $0.dd }
    let isComputed = all.allSatisfy { $0.xd != nil }
    let error = dd > 0 ? (sum(changed) { $0.fx } / Double(max(1, changed.reduce(0) { $0 + $1.count }))).squareRoot() : 0
    let expected = isComputed && dd > 0 ? sum(changed) { $0.xd ?? 0 } / dd : nil
    // Norms and biases stay in fp32 in most files: the matrices say what a form is stored in.
    let types = Dictionary(grouping: all.filter(\.isMatrix), by: \.storage).mapValues { $0.reduce(0) { $0 + $1.bytes } }
    let storage = types.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "f32"
    let allowed = sum(all) { sums in
      let own = sums.limit
      return sums.xd == nil ? own * own * sums.ff : max(2.25 * sums.rounding, own * own * sums.bb / 4)
    }
    let coarsest = all.filter { $0.isMatrix && $0.rr > 0 && $0.moved > 0 }.max { $0.moved < $1.moved }
    let embedding = "\(reference.checkpoint.configuration.decoder.names.embedding).weight"
    let head = "\(reference.checkpoint.configuration.decoder.names.head).weight"
    return FormWeights(
      storage: storage, change: (dd / max(sum(changed) { $0.bb }, .leastNormalMagnitude)).squareRoot(),
      kept: dd > 0 ? sum(changed) { $0.ed } / dd : 1, keptError: dd > 0 ? error / dd.squareRoot() : 0,
      expected: expected, residual: (sum(all) { $0.fx } / bb).squareRoot(), limit: (allowed / bb).squareRoot(),
      rounding: isComputed ? (sum(all) { $0.rounding } / bb).squareRoot() : nil,
      coarsest: coarsest.map { FormWeights.Coarsest(name: $0.name, storage: $0.storage, size: $0.moved) },
      isOnSteps: base.isInBlocks,
      modules: changed.map { sums in
        FormWeights.Module(
          name: sums.name, kept: sums.ed / sums.dd, keptError: sums.keptError, expected: sums.xd.map { $0 / sums.dd },
          isOutside: sums.name == embedding || sums.name == head)
      })
  }

  private func sums(of place: WeightPlace) throws -> Sums {
    let name = place.name
    let of = try Self.values(reference, name)
    let own = try Self.values(form, name)
    let before = try Self.values(base, name)
    // A vocabulary may have grown: what both have is compared.
    let count = min(of.count, own.count, before.count)
    let columns = place.shape.last ?? 1
    var sums = Sums()
    let tensor = form.checkpoint.tensors.tensor(Self.stored(form, name))
    // An adapter's form is computed in fp32, whatever its base is stored in.
    let stored = form.adapter == nil ? tensor?.type : .f32
    let type = stored == .f32 ? StorageRounding.precision(of: own) : stored
    (sums.name, sums.isMatrix, sums.bytes, sums.count) = (name, place.shape.count > 1, tensor?.byteCount ?? 0, count)
    sums.storage = type?.rawValue ?? tensor?.storage ?? ""
    sums.limit = type.map(StorageRounding.limit) ?? StorageRounding.limit(ofScheme: sums.storage)
    let right = type.flatMap { StorageRounding.rounded(Array(of[..<count]), columns: columns, as: $0) }
    var xd = 0.0
    for index in 0..<count {
      let (b, r, f) = (Double(before[index]), Double(of[index]), Double(own[index]))
      let x = right.map { Double($0[index]) } ?? r
      let d = r - b
      sums.dd += d * d
      sums.ed += (f - b) * d
      xd += (x - b) * d
      sums.bb += b * b
      sums.rr += r * r
      sums.ff += f * f
      sums.fx += (f - x) * (f - x)
      sums.rounding += (x - r) * (x - r)
    }
    sums.xd = right == nil ? nil : xd
    return sums
  }

  /// A tied head is the embedding.
  private static func stored(_ weights: MergedWeights, _ name: String) -> String {
    let names = weights.checkpoint.configuration.decoder.names
    return weights.checkpoint.tensors.tensor(name) == nil && name == "\(names.head).weight"
      ? "\(names.embedding).weight" : name
  }

  private static func values(_ weights: MergedWeights, _ name: String) throws -> [Float] {
    try weights.values(of: stored(weights, name))
  }
}

extension MergedWeights {
  /// Whether a matrix of a block is stored in blocks, or packed.
  fileprivate var isInBlocks: Bool {
    places.contains { place in
      place.shape.count > 1 && checkpoint.tensors.tensor(place.name).map { $0.type?.isFloat != true } ?? false
    }
  }
}
