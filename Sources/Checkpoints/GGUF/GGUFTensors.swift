import Diagnostics
import Reading

extension GGUFFile {
  /// A tensor as the file describes it, before its place in the file is checked.
  struct TensorInfo {
    let name: String
    /// PyTorch's order.
    let shape: [Int]
    let type: ElementType
    /// Bytes from the start of the data part.
    let offset: UInt64
    let byteCount: Int
  }

  static func tensorInfos(_ cursor: inout ByteCursor, count: UInt64) throws -> [TensorInfo] {
    var infos: [TensorInfo] = []
    var seen: Set<String> = []
    for index in 0..<count {
      let name = try cursor.string(limit: 1024, "tensor \(index)")
      guard seen.insert(name).inserted else {
        throw InputError(
          cursor.file.path, field: name, "occurs twice", remedy: "download or convert the file again")
      }
      infos.append(try tensorInfo(&cursor, name))
    }
    return infos
  }

  private static func tensorInfo(_ cursor: inout ByteCursor, _ name: String) throws -> TensorInfo {
    func refuse(_ problem: ShownText, _ remedy: ShownText = "download or convert the file again") -> InputError {
      InputError(cursor.file.path, field: name, problem, remedy: remedy)
    }
    let axes = try cursor.integer(UInt32.self, name)
    guard (1...4).contains(axes) else { throw refuse("has \(axes) axes, expected 1 to 4") }
    var stored: [Int] = []
    var count = 1
    for _ in 0..<axes {
      let length = try cursor.integer(UInt64.self, name)
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(clamping: length))
      // 2^48 weights are more than any file holds, and small enough that byte counts cannot overflow.
      guard length >= 1, !overflow, product <= 1 << 48 else { throw refuse("has an impossible shape") }
      stored.append(Int(length))
      count = product
    }
    let code = try cursor.integer(UInt32.self, name)
    guard let type = ElementType(ggmlCode: code) else {
      throw refuse(
        "has type \(ElementType.ggmlName(code)), which is not supported",
        "quantise the model to another type, such as q8_0 or q4_K")
    }
    guard stored[0] % type.weightsPerBlock == 0 else {
      throw refuse("has rows of \(stored[0]) weights, not a multiple of \(type.rawValue)'s \(type.weightsPerBlock)")
    }
    let offset = try cursor.integer(UInt64.self, name)
    return TensorInfo(
      name: name, shape: stored.reversed(), type: type, offset: offset,
      byteCount: count / type.weightsPerBlock * type.bytesPerBlock)
  }

  /// Checks that every tensor lies inside the file, aligned and apart from the others.
  static func place(
    _ infos: [TensorInfo], in file: MappedFile, after headerEnd: Int, alignment: Int
  ) throws -> [String: Tensor] {
    let dataStart = (headerEnd + alignment - 1) / alignment * alignment
    let dataCount = max(0, file.bytes.count - dataStart)
    func refuse(_ info: TensorInfo, _ problem: ShownText) -> InputError {
      InputError(file.path, field: info.name, problem, remedy: "download or convert the file again")
    }
    var tensors: [String: Tensor] = [:]
    var end: UInt64 = 0
    for info in infos.sorted(by: { $0.offset < $1.offset }) {
      guard info.offset % UInt64(alignment) == 0 else {
        throw refuse(info, "starts at \(info.offset), not a multiple of the alignment \(alignment)")
      }
      guard info.offset <= UInt64(dataCount), info.byteCount <= dataCount - Int(info.offset) else {
        throw refuse(info, "needs \(info.byteCount) bytes at \(info.offset), past the end of the file")
      }
      guard info.offset >= end else { throw refuse(info, "overlaps another tensor") }
      end = info.offset + UInt64(info.byteCount)
      tensors[info.name] = Tensor(
        name: info.name, shape: info.shape, type: info.type, file: file, offset: dataStart + Int(info.offset))
    }
    return tensors
  }
}
