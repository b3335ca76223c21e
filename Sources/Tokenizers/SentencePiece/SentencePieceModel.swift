import Diagnostics
import Foundation
import Reading

/// A SentencePiece model (tokenizer.model, a protobuf message): its pieces, and how it was trained to treat text.
///
/// Field numbers and defaults are those of sentencepiece_model.proto.
package struct SentencePieceModel: Sendable, Equatable {
  package enum Kind: UInt64, Sendable {
    case unigram = 1
    case bpe, word, character
  }

  package enum PieceType: UInt64, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  package struct Piece: Sendable, Equatable {
    package var text = ""
    package var score: Float = 0
    package var type = PieceType.normal
  }

  /// By id.
  package private(set) var pieces: [Piece] = []
  package private(set) var kind = Kind.unigram
  package private(set) var fallsBackToBytes = false
  /// The spaces stand at the end of words instead of their beginning.
  package private(set) var spacesAreSuffixes = false
  package private(set) var unknownID = 0
  /// nil where the model has none.
  package private(set) var beginID: Int? = 1
  package private(set) var endID: Int? = 2
  package private(set) var paddingID: Int?
  /// A space is put before the text.
  package private(set) var addsDummyPrefix = true
  /// Spaces at both ends go, and of several in a row one is left.
  package private(set) var removesExtraSpaces = true
  /// Spaces are written `▁`.
  package private(set) var escapesSpaces = true
  /// Empty where characters stay as they are (`PrecompiledCharacterMap`).
  package private(set) var characterMap: [UInt8] = []

  private static let largest = 64 << 20
  private static let remedy: ShownText = "get the file again"

  /// - Throws: `InputError` for a file that is no such model, or contradicts itself.
  package init(file: String) throws {
    try self.init(Array(try readFile(file, limit: Self.largest)), file: file)
  }

  /// - Parameter file: the path for messages.
  package init(_ bytes: [UInt8], file: String) throws {
    do {
      try read(bytes[...])
    } catch let fault as ProtobufReader.Fault {
      throw InputError(
        file, field: "byte \(fault.offset)", "is not a SentencePiece model: \(fault.problem)", remedy: Self.remedy)
    } catch let fault as PieceFault {
      throw InputError(file, field: "pieces[\(fault.id)]", fault.problem, remedy: Self.remedy)
    }
    try check(file)
  }

  private struct PieceFault: Error {
    let id: Int
    let problem: ShownText
  }

  private mutating func read(_ bytes: ArraySlice<UInt8>) throws {
    var message = ProtobufReader(bytes)
    while let (number, value) = try message.next() {
      guard case .bytes(let part) = value else { continue }
      switch number {
      case 1: pieces.append(try Self.piece(part, id: pieces.count))
      case 2: try readTrainer(part)
      case 3: try readNormalizer(part)
      default: continue
      }
    }
  }

  private static func piece(_ bytes: ArraySlice<UInt8>, id: Int) throws -> Piece {
    var piece = Piece()
    var message = ProtobufReader(bytes)
    while let field = try message.next() {
      switch field {
      case (1, .bytes(let bytes)):
        guard bytes.count <= VocabularyBuilder.longestToken else {
          throw PieceFault(
            id: id, problem: "has \(bytes.count) bytes, more than \(VocabularyBuilder.longestToken)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw PieceFault(id: id, problem: "is not UTF-8")
        }
        piece.text = text
      case (2, .bits32(let bits)):
        piece.score = Float(bitPattern: bits)
        guard piece.score.isFinite else { throw PieceFault(id: id, problem: "the score is not a finite number") }
      case (3, .integer(let number)):
        guard let type = PieceType(rawValue: number) else {
          throw PieceFault(id: id, problem: "the type \(number) is not known")
        }
        piece.type = type
      default: continue
      }
    }
    return piece
  }

  private mutating func readTrainer(_ bytes: ArraySlice<UInt8>) throws {
    var message = ProtobufReader(bytes)
    while let field = try message.next() {
      guard case (let number, .integer(let value)) = field else { continue }
      // A negative id is none.
      let id = Int32(truncatingIfNeeded: value)
      switch number {
      case 3:
        guard let kind = Kind(rawValue: value) else {
          throw ProtobufReader.Fault(offset: bytes.startIndex, problem: "the model type \(value) is not known")
        }
        self.kind = kind
      case 24: spacesAreSuffixes = value != 0
      case 35: fallsBackToBytes = value != 0
      case 40: unknownID = Int(id)
      case 41: beginID = id < 0 ? nil : Int(id)
      case 42: endID = id < 0 ? nil : Int(id)
      case 43: paddingID = id < 0 ? nil : Int(id)
      default: continue
      }
    }
  }

  private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws {
    var message = ProtobufReader(bytes)
    while let field = try message.next() {
      switch field {
      case (2, .bytes(let map)): characterMap = Array(map)
      case (3, .integer(let value)): addsDummyPrefix = value != 0
      case (4, .integer(let value)): removesExtraSpaces = value != 0
      case (5, .integer(let value)): escapesSpaces = value != 0
      default: continue
      }
    }
  }

  private func check(_ file: String) throws {
    guard !pieces.isEmpty else { throw InputError(file, field: "pieces", "there are none", remedy: Self.remedy) }
    for (name, id) in [("unk_id", unknownID), ("bos_id", beginID), ("eos_id", endID), ("pad_id", paddingID)] {
      if let id, !pieces.indices.contains(id) {
        throw InputError(
          file, field: "trainer_spec.\(name)", "\(id) is not one of the \(pieces.count) pieces", remedy: Self.remedy)
      }
    }
    guard pieces[unknownID].type == .unknown else {
      throw InputError(
        file, field: "trainer_spec.unk_id", "the piece \(unknownID) is not of the unknown type", remedy: Self.remedy)
    }
  }
}
