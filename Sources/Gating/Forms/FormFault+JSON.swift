/// As report.json has it: a name, the words, and what they are made of.
extension FormFault: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, text, detail, names, amount, limit
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(text, forKey: .text)
    switch self {
    case .tokenizer(let detail), .specialTokens(let detail), .template(let detail), .configuration(let detail):
      try values.encode(detail, forKey: .detail)
    case .headLeftOut(let names), .modulesLeftOut(let names): try values.encode(names, forKey: .names)
    case .otherScale(let amount), .roundedAway(let amount): try values.encode(amount, forKey: .amount)
    case .otherBase(let residual, let limit):
      try values.encode(residual, forKey: .amount)
      try values.encode(limit, forKey: .limit)
    case .notMerged, .mergedTwice: break
    }
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func detail() throws -> String { try values.decode(String.self, forKey: .detail) }
    func names() throws -> [String] { try values.decode([String].self, forKey: .names) }
    func amount() throws -> Double { try values.decode(Double.self, forKey: .amount) }
    switch try values.decode(String.self, forKey: .name) {
    case "tokenizer": self = .tokenizer(try detail())
    case "special_tokens": self = .specialTokens(try detail())
    case "template": self = .template(try detail())
    case "configuration": self = .configuration(try detail())
    case "not_merged": self = .notMerged
    case "merged_twice": self = .mergedTwice
    case "other_scale": self = .otherScale(try amount())
    case "head_left_out": self = .headLeftOut(try names())
    case "modules_left_out": self = .modulesLeftOut(try names())
    case "other_base": self = .otherBase(residual: try amount(), limit: try values.decode(Double.self, forKey: .limit))
    case "rounded_away": self = .roundedAway(kept: try amount())
    case let other:
      throw DecodingError.dataCorruptedError(
        forKey: .name, in: values, debugDescription: "'\(other)' is no fault of a form")
    }
  }
}
