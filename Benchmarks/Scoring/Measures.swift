import Checkpoints
import Foundation
import Scoring
import Transformer

/// Two FLOPs a multiply-add through the blocks' matrices and the scored rows' vocabulary projection, and attention's
/// 4 · heads · head dimension a key and layer.
func countedFLOPs(_ spec: DecoderSpec, _ progress: ScoringProgress) -> Double {
  2 * Double(spec.blockParameters) * Double(progress.rows)
    + 2 * Double(spec.vocabularySize * spec.hiddenSize) * Double(progress.scoredRows)
    + 4 * Double(spec.queryWidth * spec.layerCount) * Double(progress.contextSum)
}

/// The sgemm rate over a layer's own shapes at M = 1,024, each weighed by its FLOPs.
struct GEMMRate {
  let packed: Double
  let openBLAS: Double?

  var best: Double { max(packed, openBLAS ?? 0) }

  init(_ spec: DecoderSpec, threads: Int) throws {
    let width = spec.mixture?.width ?? spec.intermediateSize
    let shapes = [
      (spec.queryWidth, spec.hiddenSize, 1), (spec.keyValueWidth, spec.hiddenSize, 2),
      (spec.hiddenSize, spec.queryWidth, 1), (width, spec.hiddenSize, 2), (spec.hiddenSize, width, 1),
    ]
    var flops = 0.0
    var packedSeconds = 0.0
    var openBLASSeconds: Double? = 0
    for (outputs, inputs, times) in shapes {
      let work = 2.0 * 1024 * Double(outputs * inputs * times)
      let speed = GEMMSpeed.measure(
        .init(rows: 1024, outputs: outputs, inputs: inputs), threads: threads, repetitions: 9)
      flops += work
      packedSeconds += work / speed.packed
      openBLASSeconds = openBLASSeconds.flatMap { sum in speed.openBLAS.map { sum + work / $0 } }
    }
    packed = flops / packedSeconds
    openBLAS = openBLASSeconds.map { flops / $0 }
  }
}

func seconds(since start: ContinuousClock.Instant) -> Double {
  let taken = start.duration(to: .now).components
  return Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
}

var peakResidentBytes: Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

func gigaflops(_ rate: Double) -> String { "\(decimals(rate / 1e9, 0)) GFLOP/s" }

func decimals(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
