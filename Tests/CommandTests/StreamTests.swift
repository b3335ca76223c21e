import Foundation
import Testing

@Suite("score and tokenize answer as lines come, in bounded memory")
struct StreamTests {
  let folder: TemporaryFolder
  let model = golden("checkpoints/llama-tied")

  init() throws { folder = try TemporaryFolder() }

  @Test("answers come while the writer is still there", arguments: ["score --requests -", "tokenize"])
  func trickle(verb: String) throws {
    let isScore = verb.hasPrefix("score")
    let line = isScore ? oneRequest : "\"Hello\"\n"
    // The second line is written only when the first one's answer has been read.
    let script = """
      mkfifo in out; "$@" <in >out & exec 3>in 4<out
      printf %s "$LINE" >&3; read -t 60 -r first <&4 || exit 9; printf %s "$LINE" >&3; read -t 60 -r second <&4 || exit 8
      exec 3>&-; read -r third <&4 && exit 7; wait $!; code=$?; [ "$first" = "$second" ] || exit 6; echo "$first"; exit $code
      """
    let arguments = verb.split(separator: " ").map(String.init)
    let finished = try Running(
      [arguments[0], "--model", model] + arguments.dropFirst(), in: folder, wrapper: shell(script),
      environment: ["LINE": line]
    ).finish()
    #expect(finished.status == 0, "\(finished.err)")
    let whole = try Running([arguments[0], "--model", model] + arguments.dropFirst(), in: folder, input: line).finish()
    #expect(finished.out == whole.out && !whole.out.isEmpty)
  }

  @Test("many more requests than are asked together keep their order and their bits")
  func batches() throws {
    let lines = (0..<5000).map { #"{"context": "Q \#($0 % 83)", "continuation": " \#($0 % 19)"}"# + "\n" }
    let whole = try holdfast("score", "--model", model, "--requests", "-", in: folder, input: lines.joined())
    #expect(whole.status == 0, "\(whole.err)")
    let answers = whole.out.split(separator: "\n")
    #expect(answers.count == 5000)
    for place in [0, 2047, 2048, 4095, 4096, 4999] {
      let alone = try holdfast("score", "--model", model, "--requests", "-", in: folder, input: lines[place])
      #expect(alone.out.split(separator: "\n") == [answers[place]])
    }
  }

  @Test("a bad line far behind ends it with 2: what came before its batch was answered, a file is not there")
  func lateFault() throws {
    let good = String(repeating: oneRequest, count: 5000)
    for bad in ["{\n", #"{"context": "a", "continuation": ""}"# + "\n", "\u{0}\n"] {
      let input = good + "\n" + bad + oneRequest
      let streamed = try holdfast("score", "--model", model, "--requests", "-", in: folder, input: input)
      #expect(streamed.status == 2)
      #expect(streamed.complaints.count == 1 && streamed.err.contains("line 5002"), "\(streamed.err)")
      #expect(streamed.out.split(separator: "\n").count == 4096)
      let kept = try holdfast("score", "--model", model, "--requests", "-", "--out", "out", in: folder, input: input)
      expectOneComplaint(kept, naming: ["line 5002"])
      #expect(try folder.contents().isEmpty)
    }
  }

  @Test("memory does not grow with the number of lines")
  func memory() throws {
    // 200 MB of strings.
    let script = #"for i in {1..200}; do cat piece; done | { ulimit -v 600000; "$@" >/dev/null; }"#
    try folder.write("piece", String(repeating: "\"" + String(repeating: "a b ", count: 250) + "\"\n", count: 1000))
    let finished = try Running(["tokenize", "--model", model], in: folder, wrapper: shell(script)).finish()
    #expect(finished.status == 0, "\(finished.err)")
  }

  @Test("a line beyond 16 MiB is refused, one below it is read")
  func longestLine() throws {
    for (length, code) in [((16 << 20) - 2, 0), ((16 << 20) - 1, 2)] {
      try folder.write("text", "\"\"\n\"" + String(repeating: " ", count: length) + "\"\n")
      let finished = try holdfast("tokenize", "--model", model, "--in", "text", in: folder)
      #expect(finished.status == Int32(code), "\(finished.err)")
      if code == 2 { #expect(finished.err.contains("text: line 2: is longer than 16 MiB; ")) }
    }
  }

  @Test(
    "lines are JSON to the letter",
    arguments: [
      (#"{"context": "a", "context": "b", "continuation": "c"}"#, "occurs twice"),
      (#"{"context": "a", "continuation": "c",}"#, "is not a JSON object"),
      (#"{"context": "a", "continuation": "c"} {}"#, "is not a JSON object"), ("[]", "is not a JSON object"),
      (#"{"context": null, "continuation": "c"}"#, "line 1.context: is missing or not a string"),
      (#"{"context": "\ud800", "continuation": "c"}"#, "is not a JSON object"), ("'a'", "is not a JSON object"),
      (String(repeating: "[", count: 100_000), "is not a JSON object"),
    ])
  func strict(line: String, words: String) throws {
    try expectRefusal(
      "score", "--model", model, "--requests", "-", in: folder, input: line + "\n", naming: ["-: line 1", words])
    try expectRefusal(
      "tokenize", "--model", model, in: folder, input: line + "\n", naming: ["-: line 1: is not a JSON string"])
  }

  @Test("a byte order mark before the first line, and no newline behind the last")
  func edges() throws {
    let plain = try holdfast("score", "--model", model, "--requests", "-", in: folder, input: oneRequest)
    let marked = try holdfast(
      "score", "--model", model, "--requests", "-", in: folder, input: "\u{FEFF}" + oneRequest.dropLast())
    #expect(marked.out == plain.out && !plain.out.isEmpty)
  }

  @Test("a signal while nothing comes ends it, and takes the half-written file away")
  func interrupted() throws {
    let script = #"mkfifo in; exec 3<>in; cat requests >&3; exec "$@" <in"#
    try folder.write("requests", oneRequest)
    let running = try Running(
      ["score", "--model", model, "--requests", "-", "--out", "scores"], in: folder,
      wrapper: ["env", "--default-signal=INT,TERM"] + shell(script))
    let deadline = Date().addingTimeInterval(600)
    func isWriting() throws -> Bool { try folder.contents().keys.contains { $0.hasPrefix(".holdfast-") } }
    while Date() < deadline, try !isWriting() { Thread.sleep(forTimeInterval: 0.02) }
    Thread.sleep(forTimeInterval: 1)
    running.send(SIGTERM)
    let finished = try running.finish()
    #expect(finished.status == 143, "\(finished.err)")
    #expect(try folder.contents().keys.sorted() == ["in", "requests"])
  }
}
