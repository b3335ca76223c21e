extension CalibrationRun {
  /// What the promises do not reach.
  static let limits = """
    ## Where it does not hold

    - **A loss that sits in a few blocks** is invisible where no such block was drawn, whatever the estimator: "Losses that are tied to
      demonstrations" has how often a family at its margin then PASSes. The more blocks a unit has, the less; the report says how alike
      the items of a block change (`block_correlation`), and a note stands where that is above .15.
    - **What is common to a run** (a training seed, a server's state) is in no standard error: "What no standard error holds".
    - **One of many**: any of ten candidates, each judged alone, is another promise than one candidate; `--select` keeps it.
    - **Looking again with a ledger that does not know the earlier looks** is looking at the whole α each time: the unguarded row.
    """

  static let assumptions = """
    ## What is simulated

    - **Questions.** Core 2 as SmolLM2 135M can do it: the voting tasks of the committed baseline in its nine families, 32 blocks of four
      items each, asked at k = 0, 1, 4 and 8, one draw of demonstrations a block; an adaptive gate's further draws keep an item's own
      part of its answers and draw the block's and the answer's parts anew. The base's true share of right answers at k = 4 is .56 to .80 by
      family, .08 less at k = 1 and .04 more at k = 8, and .05 at k = 0. Other worlds differ in what their names say.
    - **Admission** is decided on the simulated base.
    - **Differences.** At each k > 0 a candidate's answers differ from the base's in .15 of the items while the drop is at most
      .10; beyond it the candidate still gains .025. At a base of .85 and above they differ in .02 (.005 gained). Every rate is exact in
      expectation. The drop is the same at every k > 0 but where a row says otherwise; at k = 0, which does not vote, nothing changes.
    - **Clusters.** Answers come from thresholds on normal numbers that share a part over their block and a part over their
      item. The intra-block correlation of t - b, mean over k > 0, is about .05 and its item standard deviation about .29
      without a drop; .25 and .4 where a world says so. In the worlds of common demonstrations a block's part is the sum of its eight
      demonstrations' own parts, so that blocks that share one are alike. Dying blocks have no right answer at any k, and carry the named
      part of the loss; blocks that are "all right" have only right ones, and the others lose so much more that the mean is the margin.
    - **Unequal drops.** Families lose .4 to 1.6 times the drop in steps of .15, and of the first two tasks of a family one
      loses 25 % more and one 25 % less than the family.
    - **Columns.** PASS, FAIL and INCONCLUSIVE are the whole gate's; "read" is the share of the blocks that it read; overall is
      `max_drop` overall; a family is counted where its true drop is .10.
    - **Random numbers.** A gate has its own stream, and one base for all rows of the same world: gates are independent,
      rows are not. The figures do not depend on the number of threads.

    Real models may cluster more, and losses may be rarer and larger than simulated: the rates hold as far as these assumptions
    do.
    """
}
