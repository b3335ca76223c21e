"""Writes Tests/Goldens/statistics/paired.json: McNemar by scipy and statsmodels, Tango's score interval by likelihood.

The reference for Tango does not use his closed form: at each theta0 it maximises the multinomial likelihood under
p(candidate only) - p(base only) = theta0 numerically, and finds the limits with scipy's brentq.
Made with Python 3.11, scipy 1.17.1, statsmodels 0.15.0, mpmath 1.3.0. Run from the repository's root:
    python Scripts/goldens/statistics_paired.py
"""

import mpmath as mp
from make_statistics_goldens import write
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

mp.mp.dps = 40


def base_only_share(b, c, n, theta):
    """The q in [max(0, -theta), (1 - theta)/2] where the constrained log-likelihood's slope is 0."""
    low, high = max(mp.mpf(0), -theta), (1 - theta) / 2
    if low >= high:
        return low

    def slope(q):
        rest = n - b - c
        return (b / (q + theta) if b else 0) + (c / q if c else 0) - (2 * rest / (1 - 2 * q - theta) if rest else 0)

    # The likelihood is concave in q: its slope falls, from +inf unless nothing pulls away from the lower end.
    edge = mp.mpf(10) ** -36 * (high - low)
    if slope(low + edge) <= 0:
        return low
    if slope(high - edge) >= 0:
        return high
    low, high = low + edge, high - edge
    for _ in range(140):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (low + high) / 2


def statistic(b, c, n, theta):
    theta = mp.mpf(theta)
    q = base_only_share(b, c, n, theta)
    variance = n * (2 * q + theta * (1 - theta))
    excess = b - c - n * theta
    if variance > 0:
        return excess / mp.sqrt(variance)
    return mp.sign(excess) * mp.inf if excess else mp.mpf(0)


def crossing(b, c, n, level, low, high):
    # In floats near the edges brentq needs finite values.
    def miss(theta):
        return float(max(min(statistic(b, c, n, theta), 1e6), -1e6)) - level

    if miss(low) <= 0:
        return low
    if miss(high) >= 0:
        return high
    return optimize.brentq(miss, low, high, xtol=1e-15, rtol=8.9e-16, maxiter=500)


def cases():
    rows = []
    for b, c, n in [
        (0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 40), (0, 3, 40), (3, 0, 40), (5, 5, 40), (12, 9, 14 + 7),
        (40, 20, 160), (2, 14, 128), (61, 103, 2304), (0, 128, 128), (7, 1, 21), (1, 15, 16),
    ]:
        table = [[n - b - c, c], [b, 0]]
        row = {
            "b": b, "c": c, "n": n,
            "worse": float(stats.binomtest(b, b + c, 0.5, alternative="less").pvalue) if b + c else 1.0,
            "better": float(stats.binomtest(b, b + c, 0.5, alternative="greater").pvalue) if b + c else 1.0,
            "two_sided": float(mcnemar(table, exact=True).pvalue),
            "z": [], "intervals": [],
        }
        for theta in (-0.3, -0.1, -0.05, 0.0, 0.05, 0.4):
            if theta == 0 and b + c == 0:
                continue
            z = statistic(b, c, n, theta)
            if mp.isfinite(z):
                row["z"].append([theta, float(z), float(stats.norm.sf(float(z)))])
        estimate = (b - c) / n
        for alpha in (0.02, 0.05, 0.1):
            z = float(stats.norm.isf(alpha / 2))
            row["intervals"].append(
                [alpha, crossing(b, c, n, z, -1.0, estimate), crossing(b, c, n, -z, estimate, 1.0)])
        rows.append(row)
    return rows


if __name__ == "__main__":
    write("paired", {"cases": cases()})
