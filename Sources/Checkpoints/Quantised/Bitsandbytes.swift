import Diagnostics

/// Folders of bitsandbytes: what each weight is in, 4 or 8 bits, the tensors beside it say.
enum Bitsandbytes {
  static func join(_ modules: inout StoredModules) throws {
    for type in BitsandbytesState.types {
      for name in modules.modules(with: "quant_state.bitsandbytes__\(type)") {
        try modules.put(try Bitsandbytes4Bit(name, type, &modules), as: name)
      }
    }
    for module in modules.modules(with: "SCB") {
      try modules.put(try Bitsandbytes8Bit(module, &modules), as: "\(module).weight")
    }
  }
}
