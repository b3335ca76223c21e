"""The intervals of Tests/GatingTests/EffectiveNumberTests.swift: the effective number of some parts, jackknifed by block, by numpy.

    python3 Scripts/goldens/effective_number.py

Four parts in two groups, two tasks. First the tasks have two blocks and three, a stratum each; then one and three, all of one sample.
"""
import numpy as np
from scipy import stats

GAINS = [
    [[0.30, 0.50, 0.10, 0.40], [0.20, 0.10, 0.60, 0.30, 0.40, 0.20]],
    [[0.10, 0.00, 0.20, 0.10], [-0.10, 0.20, 0.10, 0.00, 0.30, 0.10]],
    [[-0.20, 0.10, 0.00, 0.05], [0.00, -0.10, 0.10, -0.20, 0.00, 0.10]],
    [[0.40, 0.10, 0.30, 0.20], [0.10, 0.20, 0.00, 0.10, 0.50, 0.20]],
]
GROUPS = [0, 0, 1, 1]


def effective(means, groups):
    sums = np.array([sum(m for m, g in zip(means, groups) if g == group) for group in sorted(set(groups))])
    positive = sums[sums > 0]
    return positive.sum() ** 2 / (positive**2).sum()


def number(blocks, groups, left_out=None):
    """Over the parts' means: tasks weigh equally, items equally within a task; a task without items is none."""
    means = []
    for part in GAINS:
        tasks = []
        for task, (values, places) in enumerate(zip(part, blocks)):
            kept = [v for v, place in zip(values, places) if (task, place) != left_out]
            if kept:
                tasks.append(np.mean(kept))
        means.append(np.mean(tasks))
    return effective(means, groups)


def interval(blocks, groups):
    left = [[number(blocks, groups, (task, b)) for b in sorted(set(places))] for task, places in enumerate(blocks)]
    strata = left if all(len(s) > 1 for s in left) else [sum(left, [])]
    variance = sum((len(s) - 1) / len(s) * ((np.array(s) - np.mean(s)) ** 2).sum() for s in strata)
    half = stats.t.ppf(0.975, sum(len(s) - 1 for s in strata)) * np.sqrt(variance)
    theta = number(blocks, groups)
    return float(theta), float(max(1, theta - half)), float(min(len(set(groups)), theta + half))


for name, blocks in [("strata", [[0, 0, 1, 1], [0, 0, 1, 1, 2, 2]]), ("one sample", [[0, 0, 0, 0], [0, 0, 1, 1, 2, 2]])]:
    for kind, groups in [("parts", [0, 1, 2, 3]), ("groups", GROUPS)]:
        print(name, kind, *map(repr, interval(blocks, groups)))
