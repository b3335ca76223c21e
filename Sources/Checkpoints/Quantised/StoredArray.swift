import CKernels
import Reading

/// The types of a safetensors file that are read, by the format's names.
enum StoredType: String, CaseIterable, Sendable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case e4m3 = "F8_E4M3"
  case e8m0 = "F8_E8M0"
  case u8 = "U8"
  case i8 = "I8"
  case i32 = "I32"
  case u32 = "U32"
  case i64 = "I64"

  /// Of one element.
  var bytes: Int {
    switch self {
    case .e4m3, .e8m0, .u8, .i8: 1
    case .f16, .bf16: 2
    case .f32, .i32, .u32: 4
    case .i64: 8
    }
  }

  /// As a type of weights that need nothing beside them; nil for codes.
  var elementType: ElementType? {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    default: nil
    }
  }
}

/// A tensor as a safetensors file describes it, whatever its elements mean.
///
/// Whoever makes one has checked that its bytes lie in the file.
struct StoredArray: Sendable {
  let name: String
  let type: StoredType
  /// Row-major, the last axis contiguous.
  let shape: [Int]
  let file: MappedFile
  /// Bytes from the file's start.
  let offset: Int

  var count: Int { shape.reduce(1, *) }
  var byteCount: Int { count * type.bytes }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + byteCount]) }

  /// The weights that it is by itself; nil for codes.
  var tensor: Tensor? {
    type.elementType.map { Tensor(name: name, shape: shape, type: $0, file: file, offset: offset) }
  }

  /// Decodes elements as floats; `output` receives `range.count` of them. Codes of more than 8 bits are not decoded.
  func decode(_ range: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    guard !range.isEmpty, let start = bytes.baseAddress else { return }
    let from = start + range.lowerBound * type.bytes
    switch type {
    case .f32, .f16, .bf16:
      if let elementType = type.elementType { hf_dequantise(elementType.ggmlCode, from, output, range.count) }
    case .e4m3: hf_decode_e4m3(from, range.count, output)
    case .e8m0: hf_decode_e8m0(from, range.count, output)
    case .i8: hf_decode_i8(from, range.count, output)
    case .u8: hf_unpack(from, 8, 0, range.count, output)
    case .i32, .u32, .i64: preconditionFailure("words of codes have no value as floats")
    }
  }

  func decodeAll() -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let start = buffer.baseAddress { decode(0..<count, into: start) }
      initialized = count
    }
  }

  /// All elements of an integer type, as they are in the file now.
  func integers() -> [Int] {
    let bytes = bytes
    return (0..<count).map { index in
      switch type {
      case .i64: Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)))
      case .i32: Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)))
      case .u32: Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
      case .i8: Int(bytes.loadUnaligned(fromByteOffset: index, as: Int8.self))
      case .u8: Int(bytes[index])
      case .f32, .f16, .bf16, .e4m3, .e8m0: preconditionFailure("floats are no integers")
      }
    }
  }
}
