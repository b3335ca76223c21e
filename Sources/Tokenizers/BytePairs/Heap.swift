/// What a heap can order.
protocol HeapElement {
  static func precedes(_ first: Self, _ second: Self) -> Bool
}

/// A binary heap: what precedes all others comes out first.
struct Heap<Element: HeapElement> {
  private var items: [Element] = []

  mutating func push(_ element: Element) {
    items.append(element)
    var child = items.count - 1
    while child > 0, Element.precedes(items[child], items[(child - 1) / 2]) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let top = items.first else { return nil }
    let last = items.removeLast()
    guard !items.isEmpty else { return top }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < items.count, Element.precedes(items[left], items[least]) { least = left }
      if left + 1 < items.count, Element.precedes(items[left + 1], items[least]) { least = left + 1 }
      guard least != parent else { return top }
      items.swapAt(parent, least)
      parent = least
    }
  }
}
