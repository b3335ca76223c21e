/// How many blocks it takes to vote: with fewer, a loss that sits in single blocks has often hit none of them.
package enum VotingFloor {
  /// Of a unit that a rule judges: a family, or everything.
  package static let blocks = 12
  /// Of each task in it.
  package static let blocksPerTask = 4
}
