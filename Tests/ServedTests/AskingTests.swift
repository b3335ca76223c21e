import Diagnostics
import Served
import Testing

@Suite("How a server is spoken to")
struct AskingTests {
  @Test(
    "addresses as people write them",
    arguments: [
      ("http://localhost:8000", "http://localhost:8000", String?.none),
      ("http://localhost:8000/", "http://localhost:8000", nil),
      ("https://host/prefix/v1/#a/b:c", "https://host/prefix", "a/b:c"), ("HTTP://[::1]:80#m", "http://[::1]:80", "m"),
    ])
  func address(text: String, root: String, model: String?) throws {
    let address = try ServerAddress(text, place: "test")
    #expect(address.root == root && address.model == model)
  }

  @Test("two names for one model are refused")
  func twoNames() throws {
    #expect(throws: InputError.self) { try ServerAddress("http://host#a", model: "b", place: "test") }
  }

  @Test(
    "texts of one model differ as often as the self-test saw them move, up to half of all",
    arguments: [
      (0, 0, true), (0, 1, false), (1, 2, true), (1, 3, false), (3, 4, true), (3, 5, false), (24, 8, true),
      (24, 9, false), (.max, 8, true), (.max, 9, false), (-5, 1, false),
    ])
  func texts(flips: Int, unlike: Int, isNear: Bool) {
    let one = Fingerprint(logprobs: [], texts: (0..<16).map { "\($0)" })
    let other = Fingerprint(logprobs: [], texts: (0..<16).map { $0 < unlike ? "x" : "\($0)" })
    #expect(one.isNear(other, noise: NoiseFloor(largest: 0, largestSum: 0, flips: flips, tokens: 48)) == isNear)
  }

  @Test("a key is not shown by anything that prints it")
  func key() throws {
    let key = try #require(try ServerKey.find(file: nil, environment: ["HOLDFAST_API_KEY": "sk-1234"]))
    #expect(
      !"\(key) \(String(reflecting: key)) \(String(describing: [key])) \(ServerAccess(key: key))".contains("1234"))
    #expect(throws: InputError.self) { try ServerKey.find(file: nil, environment: ["HOLDFAST_API_KEY": "two words"]) }
    #expect(try ServerKey.find(file: nil, environment: [:]) == nil)
  }

  /// Answers a second by a server that does `most` at a time, each in a tenth of a second.
  private func settle(_ control: inout ConcurrencyControl, most: Int) {
    var now = 0.0
    for _ in 0..<20_000 {
      now += 0.1 / Double(min(control.limit, most))
      control.answered(at: now)
    }
  }

  @Test(
    "concurrency rises to where the rate stops growing", arguments: [(1, 4), (4, 4), (16, 16), (100, 128), (1000, 256)])
  func rises(most: Int, limit: Int) {
    var control = ConcurrencyControl(fixed: nil)
    settle(&control, most: most)
    #expect(control.limit == limit)
  }

  @Test("it falls where the server has too much, and stays as it was set")
  func falls() {
    var control = ConcurrencyControl(fixed: nil)
    settle(&control, most: 16)
    control.pressed()
    #expect(control.limit == 8)
    settle(&control, most: 1000)
    #expect(control.limit == 8)
    var fixed = ConcurrencyControl(fixed: 3)
    settle(&fixed, most: 1000)
    #expect(fixed.limit == 3)
  }

  @Test("two fingerprints of one model lie as near as its answers do")
  func fingerprint() {
    let one = Fingerprint(logprobs: [-10, -20.5])
    let near = Fingerprint(logprobs: [-10.02, -20.5])
    let still = NoiseFloor(largest: 0, largestSum: 0, flips: 0, tokens: 10)
    let loud = NoiseFloor(largest: 0.004, largestSum: 0.01, flips: 1, tokens: 10)
    #expect(one.isNear(one, noise: still) && !one.isNear(near, noise: still) && one.isNear(near, noise: loud))
    #expect(!one.isNear(Fingerprint(logprobs: [-10]), noise: loud))
  }
}
