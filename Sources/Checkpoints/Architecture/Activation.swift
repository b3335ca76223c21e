/// What an MLP does between its maps, by the formulas of transformers' `activations.py`.
package enum Activation: Int32, Sendable, Equatable, CaseIterable {
  /// x · σ(x)
  case silu = 0
  /// x · Φ(x)
  case gelu = 1
  /// x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))
  case geluTanh = 2
  /// max(0, x)
  case relu = 3
  /// max(0, x)²
  case squaredReLU = 4

  /// Nil for a name of `ACT2FN` that is not computed here.
  package init?(_ name: String) {
    switch name {
    case "silu", "swish": self = .silu
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": self = .geluTanh
    case "relu": self = .relu
    case "relu2": self = .squaredReLU
    default: return nil
    }
  }

  /// The names that are taken, for messages.
  static let names = "silu, swish, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu, relu2"
}
