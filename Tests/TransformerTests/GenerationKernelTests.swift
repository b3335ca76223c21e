import Testing
import Transformer

// In the suite whose tests run one after another: the kernel is the whole process's.
extension KernelTests {
  @Test("a generated sequence is the same on every instruction set")
  func generation() throws {
    defer { _ = Kernel.best.select() }
    let settings = SamplingSettings(temperature: 1, maximumTokens: 24)
    var sequences: [[SampledSequence]] = []
    for kernel in Kernel.allCases where kernel.select() {
      let sampler = SequenceSampler(try Decoder(tiny("llama-tied"), threads: 1))
      sequences.append(try sampler.sample(prompts: generationPrompts(), settings: settings, seed: 3))
    }
    #expect(sequences.allSatisfy { $0 == sequences[0] })
  }
}
