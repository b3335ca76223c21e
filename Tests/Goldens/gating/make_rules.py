"""Goldens of the gate's rules: statsmodels for the clustered errors, scipy for Student's t.

Made with Python 3.11, statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6:
    python make_rules.py > rules.json
"""

import json

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats

CHANCE = 0.1
TASKS = [("a0", "a"), ("a1", "a"), ("b0", "b")]
SHOTS = [0, 1, 4]
BLOCKS, SIZE = 12, 8
LOGPROB = {1: -0.25, 0: -2.5}
PROBABILITY = {right: np.exp(logprob) for right, logprob in LOGPROB.items()}

# key, level, k, metric, u of t, b and both zero-shot scores z (base) and y (candidate)
RULES = [
    ("max_drop", "overall", [1, 4], "exact", lambda t, b, z, y: t - b + 0.06),
    ("max_drop", "family", [1, 4], "exact", lambda t, b, z, y: t - b + 0.12),
    ("max_drop", "task", [1, 4], "exact", lambda t, b, z, y: t - b + 0.25),
    ("max_drop_largest_k", "overall", [4], "exact", lambda t, b, z, y: t - b + 0.05),
    ("max_error_ratio", "overall", [1, 4], "exact", lambda t, b, z, y: 1.5 * (1 - b) - (1 - t) + 0.01),
    ("max_relative_drop", "overall", [1, 4], "exact", lambda t, b, z, y: (t - CHANCE) - 0.85 * (b - CHANCE)),
    ("max_relative_drop", "family", [1, 4], "exact", lambda t, b, z, y: (t - CHANCE) - 0.7 * (b - CHANCE)),
    ("min_retention", "overall", [4], "exact", lambda t, b, z, y: (t - np.minimum(z, y)) - 0.8 * (b - z)),
    ("min_retention", "family", [4], "exact", lambda t, b, z, y: (t - np.minimum(z, y)) - 0.7 * (b - z)),
    ("max_probability_drop", "overall", [1, 4], "probability", lambda t, b, z, y: t - b + 0.1),
    ("max_logprob_drop", "overall", [1, 4], "logprob", lambda t, b, z, y: t - b + 0.3),
]


def bits(rng, low, rate):
    """Answers that are likelier right where the block is."""
    block = np.repeat(rng.normal(0, 0.08, BLOCKS), SIZE)
    return (rng.random(BLOCKS * SIZE) < np.clip(rate + block, low, 0.98)).astype(int)


def unit(families, rule):
    """families: lists of (base, candidate) by k; returns mean, allowance, SE, df, skewness of the mean."""
    _, _, shots, metric, u = rule
    mean = allowance = third = 0.0
    parts, items = [], 0
    for family in families:
        for base, candidate in family:
            def at(scores, ks):
                value = np.mean([scores[k] for k in ks], axis=0)
                if metric == "exact":
                    return value
                scale = LOGPROB if metric == "logprob" else PROBABILITY
                return value * (scale[1] - scale[0]) + scale[0]
            b, t, z, y = at(base, shots), at(candidate, shots), at(base, [0]), at(candidate, [0])
            values = u(t, b, z, y)
            weight = 1 / (len(families) * len(family))
            fit = sm.OLS(values, np.ones(len(values))).fit(
                cov_type="cluster", use_t=True,
                cov_kwds={"groups": np.repeat(np.arange(BLOCKS), SIZE), "use_correction": False})
            squared = fit.bse[0] ** 2 * BLOCKS / (BLOCKS - 1)
            mean += weight * fit.params[0]
            allowance += weight * np.mean(u(b, b, z, z))
            sums = (values - values.mean()).reshape(BLOCKS, SIZE).sum(axis=1)
            third += weight**3 * (sums**3).sum() / len(values) ** 3 * BLOCKS**2 / ((BLOCKS - 1) * (BLOCKS - 2))
            parts.append(weight**2 * squared)
            items += len(values)
    parts = np.array(parts)
    df = parts.sum() ** 2 / (parts**2 / (BLOCKS - 1)).sum()
    se = max(np.sqrt(parts.sum()), np.sqrt(3) / items)
    return mean, allowance, se, df, third / se**3


def hall(t, skewness):
    """Hall's transformation of a t statistic."""
    return t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6


def cantelli(t):
    """P of a value t standard deviations above its mean, at most, whatever the distribution."""
    return 1 / (1 + t * t) if t > 0 else 1.0


def hall_inverse(g, skewness):
    return g if skewness == 0 else optimize.brentq(lambda t: hall(t, skewness) - g, -50, 50, xtol=1e-14)


def main():
    cases = []
    for seed, drop in [(1, 0.02), (2, 0.1), (3, 0.3)]:
        rng = np.random.default_rng(seed)
        scores = {}
        for task, _ in TASKS:
            zero, rate = 0.1 + 0.1 * rng.random(), 0.65 + 0.2 * rng.random()
            base = {k: bits(rng, 0, zero if k == 0 else rate) for k in SHOTS}
            flip = {k: rng.random(BLOCKS * SIZE) < drop + 0.05 for k in SHOTS}
            gain = {k: rng.random(BLOCKS * SIZE) < 0.05 for k in SHOTS}
            candidate = {k: np.where(base[k] == 1, ~flip[k], gain[k]).astype(int) for k in SHOTS}
            scores[task] = (base, candidate)
        units = []
        for rule in RULES:
            groups = {"overall": [[scores[t] for t, f in TASKS if f == name] for name in ("a", "b")]}
            if rule[1] == "family":
                groups = {name: [[scores[t] for t, f in TASKS if f == name]] for name in ("a", "b")}
            if rule[1] == "task":
                groups = {task: [[scores[task]]] for task, _ in TASKS}
            for name, families in groups.items():
                mean, allowance, se, df, skewness = unit(families, rule)
                down, up = min(skewness, 0), max(skewness, 0)
                t, t95 = mean / se, stats.t.ppf(0.95, df)
                units.append({
                    "rule": rule[0], "unit": name, "margin": allowance, "se": se, "df": df,
                    # A guard never makes a verdict easier to reach than t, and asks nothing beyond Cantelli.
                    "lower": mean - max(t95, min(hall_inverse(t95, down), np.sqrt(1 / 0.05 - 1))) * se,
                    "p_pass": min(stats.t.sf(min(t, hall(t, down)), df), max(stats.t.sf(t, df), cantelli(t))),
                    "p_fail": min(stats.t.cdf(max(t, hall(t, up)), df), max(stats.t.cdf(t, df), cantelli(-t)))})
        text = lambda s: {str(k): "".join(map(str, s[k])) for k in SHOTS}
        cases.append({
            "tasks": [{"task": t, "family": f, "base": text(scores[t][0]), "candidate": text(scores[t][1])}
                      for t, f in TASKS],
            "units": units})
    print(json.dumps({"cases": cases}, indent=1))


main()
