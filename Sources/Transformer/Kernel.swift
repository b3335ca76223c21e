import CKernels
import COpenBLAS

/// The instruction set that Holdfast's own kernels use in this process.
package enum Kernel: Int32, Sendable, CaseIterable {
  case portable = 0
  case avx2 = 1
  case avx512 = 2

  package static var current: Kernel { Kernel(rawValue: hf_kernel_current()) ?? .portable }
  package static var best: Kernel { Kernel(rawValue: hf_kernel_best()) ?? .portable }

  /// Uses this kernel from now on, in the whole process. Returns false where the processor cannot.
  package func select() -> Bool { hf_kernel_select(rawValue) == 0 }

  package var name: String { "\(self)" }
}

/// OpenBLAS's kernels by its own name; nil where it is not installed.
package var openBLASCore: String? { hf_openblas_load() == 0 ? String(cString: hf_openblas_core()) : nil }
