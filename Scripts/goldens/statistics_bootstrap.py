"""Writes Tests/Goldens/statistics/bootstrap.json: the BCa interval over blocks.

`exact` is this file's own BCa over the same SplitMix64 draws, `scipy` is scipy.stats.bootstrap(method='BCa') over its own draws:
the two agree up to Monte Carlo error. Acceleration and bias formulas are checked against scipy's inside.
Made with Python 3.11, scipy 1.17.1, numpy 2.4.6. Run from the repository's root:
    python Scripts/goldens/statistics_bootstrap.py
"""

import numpy as np
from make_statistics_goldens import write
from scipy import stats

MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, count):
        threshold = (1 << 64) % count
        while True:
            product = self.next() * count
            if product & MASK >= threshold:
                return product >> 64


def unit_mean(strata, picks):
    total = 0.0
    for (weight, sums, counts), pick in zip(strata, picks):
        total = total + weight * sums[pick].sum(axis=-1) / counts[pick].sum(axis=-1)
    return total


def jackknife(strata):
    cubes = squares = 0.0
    for weight, sums, counts in strata:
        blocks = len(sums)
        kept = [np.delete(np.arange(blocks), g) for g in range(blocks)]
        shares = np.array([weight * sums[k].sum() / counts[k].sum() for k in kept])
        influence = (blocks - 1) * (shares.mean() - shares)
        cubes += (influence**3).sum() / blocks**3
        squares += (influence**2).sum() / blocks**2
    return cubes / squares**1.5 / 6


def bca(strata, alpha, resamples, seed):
    everything = [np.arange(len(s)) for _, s, _ in strata]
    estimate = unit_mean(strata, everything)
    generator = SplitMix64(seed)
    means = []
    for _ in range(resamples):
        picks = [np.array([generator.below(len(s)) for _ in range(len(s))]) for _, s, _ in strata]
        means.append(unit_mean(strata, picks))
    means = np.array(means)
    spread = means.std(ddof=1)
    tie = 1e-12 * max(abs(estimate), spread)
    below = ((means < estimate - tie).sum() + (means <= estimate + tie).sum()) / 2 / resamples
    bias = stats.norm.ppf(below)
    acceleration = jackknife(strata)
    limits = []
    for level in (alpha / 2, 1 - alpha / 2):
        shifted = bias + stats.norm.ppf(level)
        limits.append(np.percentile(means, 100 * stats.norm.cdf(bias + shifted / (1 - acceleration * shifted))))
    return {
        "estimate": float(estimate), "se": float(spread), "bias": float(bias), "acceleration": float(acceleration),
        "exact": [float(v) for v in limits],
    }


def by_scipy(strata, alpha):
    """The same statistic over indices of blocks, so that unequal blocks are drawn whole."""
    data = [np.arange(len(s)) for _, s, _ in strata]

    def statistic(*picks, axis=-1):
        return unit_mean(strata, [p.astype(int) for p in picks])

    result = stats.bootstrap(
        data, statistic, vectorized=True, paired=False, method="BCa", confidence_level=1 - alpha, n_resamples=40000,
        batch=2000, rng=np.random.default_rng(5))
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


def cases():
    rng = np.random.default_rng(41)
    rows = []
    for label, sizes, alpha in [
        ("one task of 16 blocks", [[[8] * 16]], 0.05),
        ("three families", [[[8] * 16, [8] * 12], [[8] * 10], [[8] * 6, [8] * 16]], 0.05),
        ("unequal blocks", [[[8, 8, 8, 5, 3, 8, 1, 8, 8]], [[2, 4, 9, 16, 3, 7]]], 0.10),
        ("rare harm, far from symmetric", [[[8] * 16], [[8] * 16]], 0.02),
    ]:
        families, strata = [], []
        for family in sizes:
            tasks = []
            for blocks in family:
                groups = np.repeat(np.arange(len(blocks)), blocks)
                if label.startswith("rare"):
                    values = -(rng.uniform(size=len(groups)) < 0.4 * (groups % 8 == 0)).astype(float)
                else:
                    shift = rng.normal(-0.05, 0.15, len(blocks))[groups]
                    values = np.round(np.clip(rng.normal(0, 0.3, len(groups)) + shift, -1, 1) * 3) / 3
                tasks.append({"values": values.tolist(), "blocks": groups.tolist()})
                sums = np.bincount(groups, weights=values)
                strata.append((1 / len(sizes) / len(family), sums, np.bincount(groups).astype(float)))
            families.append(tasks)
        seed = 2**63 + 12345
        row = {"label": label, "families": families, "alpha": alpha, "resamples": 999, "seed": seed}
        row |= bca(strata, alpha, 999, seed)
        row["scipy"] = by_scipy(strata, alpha)
        rows.append(row)
    return rows


if __name__ == "__main__":
    write("bootstrap", {"cases": cases()})
