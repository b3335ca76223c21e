/// The distinct token prefixes of many sequences: each prefix is one node, whatever number of sequences begins with it.
///
/// Sequences of different adapters share nothing: every adapter has a root of its own.
package struct PrefixForest: Sendable {
  /// A token whose logit is wanted after a node, as an index into the node's targets.
  package struct Target: Sendable, Equatable {
    package let node: Int
    package let index: Int
  }

  package private(set) var tokens: [Int32] = []
  /// The node before; -1 at a root.
  package private(set) var parents: [Int] = []
  /// The node's position in its sequence, from 0.
  package private(set) var positions: [Int32] = []
  package private(set) var adapters: [Int32] = []
  package private(set) var childCounts: [Int32] = []
  /// The tokens whose logits are wanted after each node; nil where the node is not scored.
  package private(set) var targets: [[Int32]?] = []
  private var children: [Edge: Int] = [:]
  private var lastPath: [Int] = []
  private var lastIDs: ArraySlice<Int32> = []
  private var lastAdapter: Int32 = -2

  private struct Edge: Hashable {
    let parent: Int
    let token: Int32
    let adapter: Int32
  }

  package init() {}

  package var nodeCount: Int { tokens.count }

  /// Adds a sequence and returns its nodes, one a token.
  ///
  /// - Parameter adapter: the index of the adapter that runs it; nil for the base model.
  package mutating func insert(_ ids: ArraySlice<Int32>, adapter: Int?) -> [Int] {
    let adapterKey = Int32(adapter ?? -1)
    var path: [Int] = []
    path.reserveCapacity(ids.count)
    // Neighbours share most of their prefix: walk along the last path first, without hashing.
    if adapterKey == lastAdapter {
      let common = zip(ids, lastIDs).prefix { $0 == $1 }.count
      path.append(contentsOf: lastPath.prefix(common))
    }
    for token in ids.dropFirst(path.count) {
      path.append(child(of: path.last ?? -1, token, adapterKey))
    }
    lastPath = path
    lastIDs = ids
    lastAdapter = adapterKey
    return path
  }

  /// Asks for a token's logit after a node. The same token is asked for once however often it is wanted.
  package mutating func want(_ token: Int32, after node: Int) -> Target {
    if let index = targets[node]?.firstIndex(of: token) { return Target(node: node, index: index) }
    targets[node, default: []].append(token)
    return Target(node: node, index: (targets[node]?.count ?? 1) - 1)
  }

  /// Marks a node as scored, for its argmax alone.
  package mutating func score(_ node: Int) {
    if targets[node] == nil { targets[node] = [] }
  }

  private mutating func child(of parent: Int, _ token: Int32, _ adapter: Int32) -> Int {
    let edge = Edge(parent: parent, token: token, adapter: adapter)
    if let known = children[edge] { return known }
    let node = tokens.count
    tokens.append(token)
    parents.append(parent)
    positions.append(parent < 0 ? 0 : positions[parent] + 1)
    adapters.append(adapter)
    childCounts.append(0)
    targets.append(nil)
    if parent >= 0 { childCounts[parent] += 1 }
    children[edge] = node
    return node
  }

  /// All nodes, parents before children, each subtree together, children in the order in which they were added.
  package var preorder: [Int] {
    var firstChild = [Int](repeating: -1, count: nodeCount)
    var nextSibling = [Int](repeating: -1, count: nodeCount)
    var firstRoot = -1
    for node in stride(from: nodeCount - 1, through: 0, by: -1) {
      let parent = parents[node]
      if parent < 0 {
        nextSibling[node] = firstRoot
        firstRoot = node
      } else {
        nextSibling[node] = firstChild[parent]
        firstChild[parent] = node
      }
    }
    var order: [Int] = []
    order.reserveCapacity(nodeCount)
    var stack = firstRoot < 0 ? [] : [firstRoot]
    while let node = stack.popLast() {
      order.append(node)
      if nextSibling[node] >= 0 { stack.append(nextSibling[node]) }
      if firstChild[node] >= 0 { stack.append(firstChild[node]) }
    }
    return order
  }
}

extension Array {
  fileprivate subscript<Wrapped>(index: Int, default initial: Wrapped) -> Wrapped where Element == Wrapped? {
    get { self[index] ?? initial }
    set { self[index] = newValue }
  }
}
