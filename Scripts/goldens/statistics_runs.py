"""Writes Tests/Goldens/statistics/runs.json: differences of sides that were trained several times.

The blocks' part is statsmodels' clustered error of the difference of the means over runs, the runs' part numpy's variance of the
runs' means, the interval scipy's t with Satterthwaite's degrees of freedom over the parts. Where blocks say next to nothing, two
sides of several runs are scipy's ttest_ind(equal_var=False).
Made with Python 3.11, scipy 1.17.1, statsmodels 0.15.0, numpy 2.4.6. Run from the repository's root:
    python Scripts/goldens/statistics_runs.py
"""

import numpy as np
from make_statistics_goldens import cluster_fit, write
from scipy import stats


def two_way():
    rng = np.random.default_rng(41)
    cases = []
    for reference, other in [(1, 3), (2, 3), (4, 4), (3, 1)]:
        blocks = np.repeat(np.arange(40), 4)
        ease = rng.uniform(size=len(blocks))

        def runs(count, rate):
            shifts = rng.normal(0, 0.05, count)
            return np.array([(ease < rate + s) ^ (rng.uniform(size=len(blocks)) < 0.05) for s in shifts], float)

        base, own = runs(reference, 0.8), runs(other, 0.7)
        difference = own.mean(0) - base.mean(0)
        fit = cluster_fit(difference, blocks)
        assert float(fit.bse[0]) > 3**0.5 / len(blocks)
        parts = [(float(fit.bse[0]) ** 2, len(set(blocks)) - 1)]
        parts += [(float(side.mean(1).var(ddof=1)) / len(side), len(side) - 1) for side in (base, own) if len(side) > 1]
        variance = sum(v for v, _ in parts)
        df = variance**2 / sum(v**2 / d for v, d in parts)
        low, high = stats.t.interval(0.95, df, difference.mean(), variance**0.5)
        cases.append(
            {
                "reference": base.astype(int).tolist(), "other": own.astype(int).tolist(), "blocks": blocks.tolist(),
                "mean": float(difference.mean()), "se": variance**0.5, "df": df, "interval": [float(low), float(high)],
                "p": float(2 * stats.t.sf(abs(difference.mean()) / variance**0.5, df)),
            }
        )
    return cases


def welch():
    rng = np.random.default_rng(42)
    cases = []
    for first, second in [(3, 3), (2, 6)]:
        x, y = rng.normal(0.7, 0.02, first), rng.normal(0.6, 0.05, second)
        test = stats.ttest_ind(y, x, equal_var=False)
        interval = test.confidence_interval(0.95)
        cases.append({"reference": x.tolist(), "other": y.tolist(), "df": float(test.df), "interval": [float(interval.low), float(interval.high)]})
    return cases


if __name__ == "__main__":
    write("runs", {"two_way": two_way(), "welch": welch()})
