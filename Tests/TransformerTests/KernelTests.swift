import CKernels
import Checkpoints
import COpenBLAS
import Foundation
import Testing
import Transformer

/// Kernels are chosen for the whole process, so these tests run one after another, and nothing else in this target computes bits
/// that depend on the choice: all kernels give the same.
@Suite("Kernels", .serialized)
struct KernelTests {
  @Test("the packed GEMM gives the bits of one fused multiply-add chain, on every instruction set and every tail")
  func gemmBits() {
    var random = Numbers(seed: 7)
    for (rows, outputs, k) in [
      (1, 1, 1), (1, 64, 3), (5, 17, 8), (6, 64, 64), (7, 100, 33), (13, 130, 20), (20, 63, 5),
    ] {
      let x = random.floats(rows * k)
      let w = random.floats(outputs * k)
      let start = random.floats(rows * outputs)
      for accumulate in [false, true] {
        var expected = start
        for r in 0..<rows {
          for o in 0..<outputs {
            var sum: Float = accumulate ? start[r * outputs + o] : 0
            for i in 0..<k { sum = fmaf(x[r * k + i], w[o * k + i], sum) }
            expected[r * outputs + o] = sum
          }
        }
        for kernel in available {
          #expect(kernel.select())
          let y = gemm(x, w, rows, outputs, k, start, accumulate: accumulate)
          #expect(y.map(\.bitPattern) == expected.map(\.bitPattern), "\(kernel) \(rows)x\(outputs)x\(k)")
        }
      }
    }
    #expect(Kernel.best.select())
  }

  @Test("the packed GEMM agrees with OpenBLAS to rounding")
  func openBLAS() throws {
    try #require(hf_openblas_load() == 0, "\(String(cString: hf_openblas_error()))")
    var random = Numbers(seed: 3)
    let (rows, outputs, k) = (50, 200, 300)
    let x = random.floats(rows * k)
    let w = random.floats(outputs * k)
    var reference = [Float](repeating: 0, count: rows * outputs)
    hf_openblas_sgemm_nt(Int32(rows), Int32(outputs), Int32(k), x, w, &reference)
    let y = gemm(x, w, rows, outputs, k, reference, accumulate: false)
    #expect(zip(y, reference).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("exp is within 1.3 ulp, and has its limits: 0 below -87.3, infinity above 88.7, NaN stays NaN")
  func exponential() {
    var worst = 0.0
    for step in stride(from: -87.3, to: 88.7, by: 0.01) {
      let x = Float(step)
      let exact = exp(Double(x))
      worst = max(worst, abs(Double(exponential([x])[0]) - exact) / Double(Float(exact).ulp))
    }
    #expect(worst < 1.3)
    let limits = exponential([-88, -.infinity, 89, .infinity, .nan, 0])
    #expect(limits[0] == 0 && limits[1] == 0 && limits[2] == .infinity && limits[3] == .infinity)
    #expect(limits[4].isNaN && limits[5] == 1)
  }

  @Test("row-wise kernels give the same bits on every instruction set, tails included")
  func rowwiseBits() {
    var random = Numbers(seed: 11)
    for n in [1, 15, 16, 17, 48, 100] {
      let x = random.floats(n, scale: 8)
      let weight = random.floats(n)
      var results: [[UInt32]] = []
      for kernel in available {
        #expect(kernel.select())
        var norm = [Float](repeating: 0, count: n)
        hf_rms_norm(x, weight, n, 1e-5, &norm)
        var gated = x
        hf_activate_times(Int32(HF_SILU), &gated, weight, n)
        var more = norm
        for activation in Activation.allCases {
          var (value, gate) = (x, x)
          hf_activate(activation.rawValue, &value, n)
          hf_activate_times(activation.rawValue, &gate, weight, n)
          more += value + gate
        }
        var (centred, capped) = (x, x)
        hf_layer_norm(x, weight, x, n, 1e-5, &centred)
        hf_scale_and_cap(&capped, n, 0.3, 2)
        more += centred + capped
        let lse = hf_log_sum_exp_chunk(x, n)
        results.append(
          (norm + gated + more + exponential(x) + [lse.maximum, lse.sum]).map(\.bitPattern) + [UInt32(lse.argmax)])
      }
      #expect(results.allSatisfy { $0 == results[0] })
    }
    #expect(Kernel.best.select())
  }

  @Test(
    "a tiny model's logits are the same bits on every instruction set, whatever its family",
    arguments: ["checkpoints/llama-tied"] + FamilyGolden.folders.map { "families/\($0)" })
  func modelBits(path: String) throws {
    let checkpoint = try FamilyGolden.open(path)
    let decoder = try Decoder(checkpoint, threads: 2)
    let golden = try LogitsGolden("\(path)/expected.json")
    let limit = checkpoint.configuration.contextLength
    let sequence = try #require(golden.sequences.last { $0.ids.count <= limit })
    var results: [[[Float]]] = []
    for kernel in available {
      #expect(kernel.select())
      results.append(try decoder.logits(wave(sequence.ids, scoring: sequence.positions)))
    }
    #expect(results.allSatisfy { $0 == results[0] })
    #expect(Kernel.best.select())
  }

  @Test("RMSNorm and SiLU are what their formulas say")
  func formulas() {
    let x: [Float] = [3, -4, 0, 12, 1]
    var norm = [Float](repeating: 0, count: 5)
    hf_rms_norm(x, [1, 2, 1, 1, 0.5], 5, 0, &norm)
    // sqrt((9 + 16 + 144 + 1) / 5) = 5.830951894845301
    let expected: [Float] = [0.51449576, -1.3719887, 0, 2.0579830, 0.08574929]
    #expect(zip(norm, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    var gate: [Float] = [1, -2, 0]
    hf_activate_times(Int32(HF_SILU), &gate, [1, 3, 5], 3)
    // 1/(1+e^-1) = 0.73105858, -2/(1+e^2) = -0.23840584
    #expect(abs(gate[0] - 0.73105858) < 1e-6 && abs(gate[1] + 0.71521753) < 1e-6 && gate[2] == 0)
  }

  @Test("a number that is not finite is found where it is")
  func nonFinite() {
    var x = [Float](repeating: 1, count: 3000)
    #expect(hf_first_non_finite(x, x.count) == -1)
    x[2999] = .nan
    #expect(hf_first_non_finite(x, x.count) == 2999)
    x[1025] = -.infinity
    #expect(hf_first_non_finite(x, x.count) == 1025)
  }

  private var available: [Kernel] { Kernel.allCases.filter { $0.rawValue <= Kernel.best.rawValue } }

  private func gemm(
    _ x: [Float], _ w: [Float], _ rows: Int, _ outputs: Int, _ k: Int, _ start: [Float], accumulate: Bool
  ) -> [Float] {
    let packed = FloatBuffer(hf_packed_count(outputs, k))
    packed.pointer.update(repeating: 0, count: packed.count)
    w.withUnsafeBufferPointer { w in
      for begin in stride(from: 0, to: outputs, by: 16) {
        let count = min(16, outputs - begin)
        let rows: [UnsafePointer<Float>?] = (0..<16).map { $0 < count ? w.baseAddress! + (begin + $0) * k : nil }
        hf_pack_strip(rows, Int32(count), k, packed.pointer + begin * k)
      }
    }
    var y = start
    hf_gemm(x, k, rows, packed.pointer, k, outputs, 0, (outputs + 63) / 64, &y, outputs, accumulate ? 1 : 0)
    return y
  }

  private func exponential(_ x: [Float]) -> [Float] {
    var y = x
    hf_exp(x, &y, x.count)
    return y
  }
}

/// Seeded numbers between -scale and scale.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  mutating func below(_ bound: Int) -> Int { Int(next()) % bound }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in (Float(next()) / Float(1 << 30) - 1) * scale }
  }
}
