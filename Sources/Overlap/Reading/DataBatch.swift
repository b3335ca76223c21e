/// Whole records of a file: what a thread works on at a time.
struct DataBatch: Sendable {
  /// Place in the list of files.
  let file: Int
  let path: String
  let form: BatchForm
  let bytes: [UInt8]
  /// The line that the bytes begin on, from 1.
  let line: Int
  /// How many records came before, where the form numbers them.
  let record: Int
}

/// What is needed to take a batch apart.
enum BatchForm: Sendable {
  case lines
  /// - Parameter isContainer: arrays around the elements, and what stands between such arrays, are passed over.
  case values(isContainer: Bool)
  case table(TableForm)
  case text
}

/// A table's separator and what its columns are.
struct TableForm: Sendable {
  let separator: UInt8
  let columns: [FieldNames.Meaning?]
}

/// Cuts a file into batches at the ends of records. The next cut depends on nothing but the file.
protocol BatchCutter: AnyObject {
  /// Nil at the end of the file.
  ///
  /// - Throws: `InputError` for a record above the limit, or a file that ends within one.
  func next() throws -> DataBatch?
}
