import Diagnostics
import Dispatch
import Reading
import Synchronization

/// Keeps as many dialogues with a server going as it takes well, on the thread of whoever asks; answers come in on others.
///
/// What may be asked again is: where the server has too much, fails or is gone, later, with jitter. A server that was gone has to show that
/// it is the same before anything that it says counts.
package final class RequestPump {
  private let transport: any Transport
  private let address: ServerAddress
  private let access: ServerAccess
  /// A request that any server of this kind answers at once.
  private let knock: ServerRequest
  private var control: ConcurrencyControl
  private let mail = Mailbox()
  private let began = ContinuousClock.now
  private var lastAnswer = ContinuousClock.now

  /// How often a request is sent again that a server failed at, or did not answer in time.
  private static let mostRepeats = 3

  /// - Parameter start: how many requests are under way at first, where no number is given.
  package init(
    _ transport: any Transport, _ address: ServerAddress, _ access: ServerAccess, knock: ServerRequest,
    start: Int = ConcurrencyControl.start
  ) {
    self.transport = transport
    self.address = address
    self.access = access
    self.knock = knock
    control = ConcurrencyControl(fixed: access.concurrency, start: start)
  }

  /// Goes through dialogues to their ends.
  ///
  /// - Parameters:
  ///   - next: the next dialogue; nil where there are no more.
  ///   - most: no more at a time than this.
  ///   - returned: is called where the server answers again after it was gone, before anything else is asked.
  ///   - finished: gets each dialogue that came to its end, in any order.
  /// - Throws: `InputError` for what the server does wrong; `Interrupted`; what the closures throw. Nothing is under way then.
  package func run<Value: Dialogue>(
    _ next: () throws -> Value?, most: Int = .max, returned: () throws -> Void = {}, finished: (Value) throws -> Void
  ) throws {
    var flights: [Int: Flight<Value>] = [:]
    var waiting: [Flight<Value>] = []
    var isExhausted = false
    var isGone = false
    var returns = 0
    lastAnswer = .now
    defer { for flight in flights.values { flight.sending?.cancel() } }
    while true {
      try Interruption.check()
      if isGone, flights.isEmpty {
        // A gateway may be there while what is behind it is not: that it answers is no answer to what was asked.
        if returns > 0 { try pause(min(5, 0.2 * Double(1 << min(5, returns)))) }
        returns += 1
        try awaitReturn()
        try returned()
        isGone = false
      }
      while !isGone, flights.count < min(control.limit, most) {
        if let place = waiting.firstIndex(where: { $0.notBefore <= .now }) {
          send(waiting.remove(at: place), &flights)
          continue
        }
        guard !isExhausted else { break }
        guard let dialogue = try next() else {
          isExhausted = true
          break
        }
        if dialogue.request == nil { try finished(dialogue) } else { send(Flight(dialogue: dialogue), &flights) }
      }
      if flights.isEmpty, waiting.isEmpty, isExhausted { return }
      for letter in mail.collect(within: .milliseconds(100)) {
        guard var flight = flights.removeValue(forKey: letter.number) else { continue }
        switch letter.content {
        case .success where isGone: waiting.append(flight)
        case .success(let answer):
          (lastAnswer, returns) = (.now, 0)
          control.answered(at: seconds(since: began))
          do throws(ServerFault) { try flight.dialogue.take(answer) } catch {
            throw error.error(address, asking: flight.dialogue.request?.path)
          }
          flight.repeats = 0
          if flight.dialogue.request == nil { try finished(flight.dialogue) } else { send(flight, &flights) }
        case .failure(let fault):
          isGone = isGone || fault.isOutage
          waiting.append(try again(flight, fault))
        }
      }
      for (number, flight) in flights where seconds(since: flight.sentAt) > Double(access.timeout) {
        flight.sending?.cancel()
        flights.removeValue(forKey: number)
        waiting.append(try again(flight, .timedOut(seconds: access.timeout)))
      }
    }
  }

  /// Asks one thing and waits for the answer.
  package func answer(_ request: ServerRequest) throws -> JSONValue {
    var answer: JSONValue?
    var dialogue: SingleRequest? = SingleRequest(request)
    try run({
      defer { dialogue = nil }; return dialogue
    }) { answer = $0.answer }
    return answer ?? .null
  }

  /// One answer or fault, for finding out what a server is: asked again a few times where it has too much or breaks off.
  package func trial(_ request: ServerRequest) throws -> Result<JSONValue, ServerFault> {
    var result = try once(request)
    for attempt in 1...Self.mostRepeats {
      guard case .failure(let fault) = result, fault == .cutOff || fault.isRefusedForNow else { break }
      try pause(fault.retryAfter ?? 0.2 * Double(1 << attempt))
      result = try once(request)
    }
    return result
  }

  private func once(_ request: ServerRequest) throws -> Result<JSONValue, ServerFault> {
    let number = mail.number()
    let sending = post(request, number)
    let sent = ContinuousClock.now
    while true {
      do { try Interruption.check() } catch {
        sending.cancel()
        throw error
      }
      if let letter = mail.collect(within: .milliseconds(100)).first(where: { $0.number == number }) {
        return letter.content
      }
      guard seconds(since: sent) <= Double(access.timeout) else {
        sending.cancel()
        return .failure(.timedOut(seconds: access.timeout))
      }
    }
  }

  /// A dialogue under way.
  private struct Flight<Value: Dialogue> {
    var dialogue: Value
    var repeats = 0
    var notBefore = ContinuousClock.now
    var sentAt = ContinuousClock.now
    var sending: (any Sending)?
  }

  private func send<Value>(_ flight: Flight<Value>, _ flights: inout [Int: Flight<Value>]) {
    guard let request = flight.dialogue.request else { return }
    let number = mail.number()
    var flight = flight
    flight.sentAt = .now
    // Noted before it is sent: its answer may be there at once.
    flights[number] = flight
    flights[number]?.sending = post(request, number)
  }

  private func post(_ request: ServerRequest, _ number: Int) -> any Sending {
    let mail = mail
    return transport.send(request) { reply in
      // Parsed where it came in, so that whoever asks does not wait for it.
      mail.put(Letter(number: number, content: reply.flatMap(ServerFault.json)))
    }
  }

  /// The same dialogue, to be gone on with later.
  ///
  /// - Throws: `InputError` where that makes no sense.
  private func again<Value>(_ flight: Flight<Value>, _ fault: ServerFault) throws -> Flight<Value> {
    var flight = flight
    flight.sending = nil
    let isPatient = fault.isPressure || fault.isOutage
    guard fault.isTransient,
      isPatient ? seconds(since: lastAnswer) < Double(access.patience) : flight.repeats < Self.mostRepeats
    else { throw fault.error(address, asking: flight.dialogue.request?.path) }
    if fault.isPressure { control.pressed() }
    flight.repeats += 1
    let backoff = min(10, 0.2 * Double(1 << min(6, flight.repeats))) * Double.random(in: 0.5...1)
    let delay = fault.isOutage ? 0 : min(60, max(fault.retryAfter ?? 0, backoff))
    flight.notBefore = .now + .seconds(delay)
    return flight
  }

  /// Waits until a server that was gone answers.
  private func awaitReturn() throws {
    var delay = 0.2
    while true {
      switch try once(knock) {
      case .success: return
      case .failure(let fault):
        guard fault.isTransient, seconds(since: lastAnswer) < Double(access.patience) else {
          throw fault.error(address)
        }
        try pause(delay)
        delay = min(2, delay * 1.5)
      }
    }
  }

  /// Waits about so many seconds, less where the work is to end.
  private func pause(_ seconds: Double) throws {
    let until = ContinuousClock.now + .seconds(min(60, seconds) * Double.random(in: 0.75...1.25))
    while ContinuousClock.now < until {
      try Interruption.check()
      _ = mail.collect(within: .milliseconds(50))
    }
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }
}

/// An answer to the request of a number.
private struct Letter: Sendable {
  let number: Int
  let content: Result<JSONValue, ServerFault>
}

/// Where answers wait for whoever asked.
private final class Mailbox: Sendable {
  private let letters = Mutex<[Letter]>([])
  private let last = Atomic<Int>(0)
  private let bell = DispatchSemaphore(value: 0)

  func number() -> Int { last.add(1, ordering: .relaxed).newValue }

  func put(_ letter: Letter) {
    letters.withLock { $0.append(letter) }
    bell.signal()
  }

  /// What is there, waited for where there is nothing.
  func collect(within time: DispatchTimeInterval) -> [Letter] {
    _ = bell.wait(timeout: .now() + time)
    return letters.withLock { letters in
      defer { letters = [] }
      return letters
    }
  }
}
