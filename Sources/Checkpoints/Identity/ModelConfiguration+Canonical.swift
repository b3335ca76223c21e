extension ModelConfiguration {
  /// What the configuration means, in a fixed order; floats by their bits. Only what differs from llama follows the fields that llama has, so that
  /// models that were known before the other families keep their hash.
  var canonicalParts: [String] {
    let spec = decoder
    let first = spec.rotaries.first
    return [
      "configuration 1", modelType, String(spec.hiddenSize), String(spec.intermediateSize), String(spec.layerCount),
      String(spec.headCount), String(spec.keyValueHeadCount), String(spec.headDimension), String(spec.vocabularySize),
      String(spec.contextLength), String(spec.norm.epsilon.bitPattern), String((first?.theta ?? 0).bitPattern),
      String(spec.tiesEmbeddings), "none", bosTokenID.map { String($0) } ?? "none",
      eosTokenIDs.map { String($0) }.joined(separator: ","), spec.activation == .silu ? "silu" : "\(spec.activation)",
      String(spec.names.modules.contains { $0.projections.contains(.query) && $0.hasBias }),
      String(spec.names.modules.contains { $0.projections.contains(.up) && $0.hasBias }),
    ] + (first?.scaling.canonicalParts ?? ["none"]) + spec.switches
      + (generationEndIDs.isEmpty ? [] : ["end tokens=\(generationEndIDs.map(String.init).joined(separator: ","))"])
  }
}

extension DecoderSpec {
  /// Every switch that is not as llama has it, by name.
  package var switches: [String] {
    func bits(_ value: Float) -> String { String(value.bitPattern) }
    var parts: [String] = []
    func add(_ name: String, _ value: String, unless usual: Bool) { if !usual { parts.append("\(name)=\(value)") } }
    add("norm", "\(norm.kind)", unless: norm.kind == .rms)
    add("norm offset", bits(norm.offset), unless: norm.offset == 0)
    add("norm bias", "true", unless: !norm.hasBias)
    add("query and key norm", queryKeyNorm == .head ? "head" : "width", unless: queryKeyNorm == nil)
    add("parallel", "true", unless: !isParallel)
    add("attention scale", bits(attentionScale), unless: attentionScale == 1 / Float(headDimension).squareRoot())
    add("attention cap", bits(attentionCap ?? 0), unless: attentionCap == nil)
    let layers = attention.map { "\($0.window ?? 0):\($0.rotary ?? -1)" }.joined(separator: ",")
    add("layers", layers, unless: attention.allSatisfy { $0 == Attention() })
    let usual = rotaries.count == 1 && rotaries[0].width == headDimension && !rotaries[0].isInterleaved
    let turns = rotaries.map { rotary in
      ([String(rotary.theta.bitPattern), "\(rotary.width)", "\(rotary.isInterleaved)"] + rotary.scaling.canonicalParts)
        .joined(separator: ":")
    }
    add("rotaries", turns.joined(separator: ","), unless: usual)
    add("learned positions", "\(learnedPositions ?? 0)", unless: learnedPositions == nil)
    add("plain MLP", "true", unless: isGated)
    add("mixture", mixture?.canonical ?? "", unless: mixture == nil)
    add("head bias", "true", unless: !headHasBias)
    add("embedding scale", bits(embeddingScale), unless: embeddingScale == 1)
    add("residual scale", bits(residualScale), unless: residualScale == 1)
    add("logit scale", bits(logitScale), unless: logitScale == 1)
    add("logit cap", bits(logitCap ?? 0), unless: logitCap == nil)
    // Names and fusing say nothing of what is computed, but for which norms and biases there are.
    let norms = [names.attentionNorm, names.attentionOutputNorm, names.mlpNorm, names.mlpOutputNorm].map {
      $0 == nil ? "0" : "1"
    }
    add("norms", norms.joined(), unless: norms == ["1", "0", "1", "0"])
    let outputBiases = names.modules.filter(\.hasBias).flatMap(\.projections).map { "\($0)" }.sorted().joined(
      separator: ",")
    add("biases", outputBiases, unless: outputBiases.isEmpty)
    return parts
  }
}

extension Mixture {
  fileprivate var canonical: String {
    let hasSharedGate = shared.contains { $0.projections.contains(.sharedGate) }
    return [
      String(expertCount), String(chosenCount), String(width), String(normalises), String(sharedWidth ?? 0),
      String(hasSharedGate), isSparse.map { $0 ? "1" : "0" }.joined(),
    ].joined(separator: ":")
  }
}

extension RopeScaling {
  fileprivate var canonicalParts: [String] {
    switch self {
    case .none: ["none"]
    case .linear(let factor): ["linear", String(factor.bitPattern)]
    case .llama3(let factor, let low, let high, let original):
      ["llama3", String(factor.bitPattern), String(low.bitPattern), String(high.bitPattern), String(original)]
    case .yarn(let yarn):
      [
        "yarn", String(yarn.factor.bitPattern), String(yarn.betaFast.bitPattern), String(yarn.betaSlow.bitPattern),
        String(yarn.originalContextLength), String(yarn.attentionFactor.bitPattern), String(yarn.truncates),
      ]
    case .longRope(let factors, let attention):
      ["longrope", String(attention.bitPattern)] + factors.map { String($0.bitPattern) }
    case .frequencyFactors(let factors): ["factors"] + factors.map { String($0.bitPattern) }
    }
  }
}
