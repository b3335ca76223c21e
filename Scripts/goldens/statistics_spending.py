"""Writes Tests/Goldens/statistics/spending.json: nominal levels of looks at growing evidence, by multivariate normal probabilities.

Pocock-like spending of K. Lan and D. DeMets, α(t) = α ln(1 + (e - 1) t): each look's boundary is where P(below all before, beyond it here) is
what is left to spend. Made with Python 3.11, scipy 1.17.1. Run from the repository's root:
    python Scripts/goldens/statistics_spending.py
"""

import numpy as np
from make_statistics_goldens import write
from scipy import optimize, stats


def below(bounds, fractions):
    """P(every look below its boundary)."""
    if len(bounds) == 1:
        return stats.norm.cdf(bounds[0])
    correlation = np.array([[np.sqrt(min(a, b) / max(a, b)) for b in fractions] for a in fractions])
    normal = stats.multivariate_normal(
        mean=np.zeros(len(bounds)), cov=correlation, abseps=1e-9, releps=1e-9, maxpts=1_000_000
    )
    return normal.cdf(bounds)


def levels(fractions, alpha):
    spent = alpha * np.log1p((np.e - 1) * np.array(fractions))
    bounds = []
    for look in range(len(fractions)):
        spending = spent[look] - (spent[look - 1] if look else 0)
        if look == 0:
            bounds.append(stats.norm.isf(spending))
            continue
        before = below(bounds, fractions[:look])
        crossing = lambda bound: before - below(bounds + [bound], fractions[: look + 1]) - spending
        bounds.append(optimize.brentq(crossing, 0.2, 6, xtol=1e-6))
    return [float(stats.norm.sf(bound)) for bound in bounds]


if __name__ == "__main__":
    cases = [
        {"alpha": alpha, "fractions": fractions, "levels": levels(fractions, alpha)}
        for alpha in [0.05, 0.01, 0.01 / 9]
        for fractions in [[0.5, 1], [0.375, 0.5, 0.75, 1], [0.125, 0.25, 0.375, 1]]
    ]
    write("spending", {"cases": cases})
