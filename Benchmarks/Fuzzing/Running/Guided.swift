#if LIBFUZZER
  import Foundation

  /// libFuzzer in the place of the supervisor: it looks for inputs that reach code that none has reached before. Built by
  /// `swift build --sanitize=fuzzer -Xswiftc -DLIBFUZZER`; $FUZZ_TARGET names the target, $FUZZ_REPOSITORY the sources.
  private enum Guided {
    static let target: FuzzTarget = {
      let environment = ProcessInfo.processInfo.environment
      let repository = environment["FUZZ_REPOSITORY"] ?? FileManager.default.currentDirectoryPath
      let name = environment["FUZZ_TARGET"] ?? ""
      do {
        let targets = try FuzzTarget.all(try Workplace(repository: repository))
        guard let target = targets.first(where: { $0.name == name }) else {
          throw BrokenInvariant(description: "no target '\(name)'; there are \(targets.map(\.name))")
        }
        return target
      } catch {
        fatalError("\(error)")
      }
    }()
  }

  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do { try Guided.target.read(Array(UnsafeBufferPointer(start: data, count: count)), 0) } catch {
      guard Worker.isRefusal(error) else { fatalError("\(type(of: error)): \(error)") }
    }
    return 0
  }

  /// An input without content becomes a valid one, any other is mutated by its structure.
  @_cdecl("LLVMFuzzerCustomMutator")
  public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: CUnsignedInt) -> Int {
    let mutator = Guided.target.mutator
    let old = Array(UnsafeBufferPointer(start: data, count: count))
    let new =
      count < 2 || seed.isMultiple(of: 64)
      ? mutator.validInputs[Int(seed / 64) % mutator.validInputs.count] : mutator.mutated(old, number: UInt64(seed))
    let kept = new.prefix(most)
    for (index, byte) in kept.enumerated() { data[index] = byte }
    return kept.count
  }
#endif
