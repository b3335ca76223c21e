import Diagnostics
import Foundation

/// A value in a JSON file together with its place, so that every complaint about it can name the file and the field.
struct JSONField {
  let file: String
  /// `model.vocab`, `added_tokens[3].id`; empty for the document.
  let path: String
  let value: JSONTree

  /// Larger than any tokenizer; it keeps a mistaken path to a checkpoint from being read whole.
  private static let largestFile = 256 << 20

  private init(file: String, path: String, value: JSONTree) {
    self.file = file
    self.path = path
    self.value = value
  }

  /// Reads a JSON file.
  ///
  /// - Throws: `InputError` where it cannot be read or is not JSON.
  init(contentsOf url: URL) throws {
    file = url.path
    path = ""
    let data: Data
    do {
      let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      guard size <= Self.largestFile else {
        throw InputError(url.path, "the file is too large for a tokenizer", remedy: "name a tokenizer file")
      }
      data = try Data(contentsOf: url)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(url.path, "the file cannot be read", remedy: "check that it exists and may be read")
    }
    do {
      value = try JSONTree(parsing: Array(data))
    } catch {
      throw InputError(
        url.path, field: "byte \(error.offset)", "the file \(error.problem)", remedy: "use an intact JSON file")
    }
  }

  func fail(
    _ problem: ShownText, _ remedy: ShownText = "export the tokenizer again with a current version of its library"
  )
    -> InputError
  {
    InputError(file, field: path.isEmpty ? nil : path, problem, remedy: remedy)
  }

  /// The members of an object, in order; keys may repeat.
  func members() throws -> [(key: [UInt8], value: JSONTree)] {
    guard case .object(let members) = value else { throw fail("must be an object") }
    return members
  }

  func elements() throws -> [JSONField] {
    guard case .array(let elements) = value else { throw fail("must be an array") }
    return elements.enumerated().map { JSONField(file: file, path: "\(path)[\($0.offset)]", value: $0.element) }
  }

  /// The member with this name; nil where it is absent or null.
  ///
  /// - Throws: where this is no object, or has the key twice.
  func member(_ key: String) throws -> JSONField? {
    let found = try members().filter { $0.key.elementsEqual(key.utf8) }
    let place = path.isEmpty ? key : "\(path).\(key)"
    guard found.count <= 1 else {
      throw InputError(file, field: place, "the key occurs twice", remedy: "keep one of them")
    }
    guard let value = found.first?.value else { return nil }
    if case .null = value { return nil }
    return JSONField(file: file, path: place, value: value)
  }

  func required(_ key: String) throws -> JSONField {
    if let found = try member(key) { return found }
    throw InputError(
      file, field: path.isEmpty ? key : "\(path).\(key)", "the field is missing",
      remedy: "export the tokenizer again with a current version of its library")
  }

  func bytes() throws -> [UInt8] {
    guard case .string(let bytes) = value else { throw fail("must be a string") }
    return bytes
  }

  func string() throws -> String { String(decoding: try bytes(), as: UTF8.self) }

  func bool() throws -> Bool {
    guard case .bool(let bool) = value else { throw fail("must be true or false") }
    return bool
  }

  /// A member that is true or false, or `absent` where it is missing or null.
  func bool(_ key: String, absent: Bool) throws -> Bool { try member(key)?.bool() ?? absent }

  func integer() throws -> Int {
    guard case .number(let number) = value, let integer = Int(exactly: number) else {
      throw fail("must be a whole number")
    }
    return integer
  }

  /// The `type` of a component of a tokenizer.
  func type() throws -> String { try required("type").string() }

  /// A component's parts where it is a `Sequence` that lists them under `key`; otherwise itself.
  func sequence(_ key: String) throws -> [JSONField] {
    guard try type() == "Sequence" else { return [self] }
    return try required(key).elements().flatMap { try $0.sequence(key) }
  }

  /// The refusal of a component that is not among the supported ones.
  func unsupported(_ what: ShownText, _ supported: ShownText) throws -> InputError {
    let name = (try? type()).map { " '\($0)'" } ?? ""
    return InputError(
      file, field: path + ".type", "the \(what)\(name) is not supported in this place",
      remedy: "supported are \(supported)")
  }
}
