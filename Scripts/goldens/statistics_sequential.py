"""Writes Tests/Goldens/statistics/sequential.json: the betting e-process, every bet recomputed from the whole past in numpy.

Made with Python 3.11, numpy 2.4.6. Run from the repository's root:
    python Scripts/goldens/statistics_sequential.py
"""

import numpy as np
from make_statistics_goldens import write


def evidence(values, m, side, cap=0.9):
    """E after each value, by the paper's formulas on [0, 1]: x = (d + 1)/2, threshold (m + 1)/2, bets twice as large."""
    x, threshold = (np.asarray(values) + 1) / 2, (m + 1) / 2
    if side == "below":
        x, threshold = 1 - x, 1 - threshold
    running = (0.5 + np.cumsum(x)) / (np.arange(len(x)) + 2)
    product, result, bets = 1.0, [], []
    for i in range(len(x)):
        past = x[:i]
        mean = (0.5 + past.sum()) / (i + 1)
        variance = (0.25 + ((past - running[:i]) ** 2).sum()) / (i + 1)
        bet = np.clip((mean - threshold) / (variance + (mean - threshold) ** 2), 0, cap / threshold)
        product *= 1 + bet * (x[i] - threshold)
        bets.append(float(bet) / 2)
        result.append(float(product))
    return result, bets


def cases():
    rng = np.random.default_rng(77)
    rows = []
    for label, drop, sd, margin, count in [
        ("no drop", 0.0, 0.12, 0.05, 160), ("a drop of .10", 0.10, 0.12, 0.05, 200), ("a drop of .35", 0.35, 0.15, 0.05, 60),
        ("at the margin", 0.05, 0.12, 0.05, 120), ("all equal", 0.0, 0.0, 0.10, 60), ("one value", 0.3, 0.0, 0.05, 1),
        ("extremes", 0.0, 2.0, 0.2, 40),
    ]:
        values = np.round(np.clip(rng.normal(-drop, sd, count), -1, 1), 4)
        above, above_bets = evidence(values, -margin, "above")
        below, below_bets = evidence(values, -margin, "below")
        stop = None
        for i in range(count):
            if below[i] >= 1 / 0.004:
                stop = [i + 1, False]
            elif above[i] >= 1 / 0.01:
                stop = [i + 1, True]
            if stop:
                break
        rows.append({
            "label": label, "margin": margin, "values": values.tolist(), "above": above, "below": below,
            "above_bets": above_bets, "below_bets": below_bets, "stop": stop[0] if stop else None,
            "passes": stop[1] if stop else None,
        })
    return rows


if __name__ == "__main__":
    write("sequential", {"cases": cases()})
