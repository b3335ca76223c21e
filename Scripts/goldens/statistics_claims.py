"""The figures of Tests/GatingTests/ClaimGoldens.swift: what a recipe costs over training seeds and questions, by numpy and scipy.

    python3 Scripts/goldens/statistics_claims.py > Tests/GatingTests/ClaimGoldens.swift

Families weigh equally, tasks equally within a family. Over questions: the standard error of each task's block means, Satterthwaite's
degrees of freedom over tasks. Over seeds: Student's t over the runs' means, of a difference Welch's. Over both: the variances added,
Satterthwaite's degrees of freedom again.
"""
import numpy as np
from scipy import stats

A, B, C = ("x", 0.8, [0.1, 0.2, 0.15, 0.05]), ("x", 0.6, [0.0, 0.1, 0.2, 0.1]), ("y", 0.5, [0.3, 0.1, 0.0, 0.2])


def run(shift, wobble, twist=0):
    a = [d + shift + wobble * (i % 2) for i, d in enumerate(A[2])]
    return [a, [d + shift for d in B[2]], [d + shift - wobble + twist * i for i, d in enumerate(C[2])]]


TUNED = np.array([run(0.02, 0.01), run(0.0, 0.03), run(0.05, -0.02)])
KEPT = np.array([run(-0.10, 0.0, 0.03), run(-0.12, 0.02, 0.05), run(-0.08, 0.01, -0.02)])
WEIGHTS = np.array([0.25, 0.25, 0.5])
BASE = WEIGHTS @ np.array([0.8, 0.6, 0.5])


def satterthwaite(parts):
    return sum(v for v, _ in parts) ** 2 / sum(v * v / n for v, n in parts)


def interval(mean, parts):
    variance = sum(v for v, _ in parts)
    half = stats.t.ppf(0.975, satterthwaite(parts)) * np.sqrt(variance)
    return (mean - half) / BASE, (mean + half) / BASE


def figures(sides, signs):
    blocks = sum(s * side.mean(axis=0) for s, side in zip(signs, sides))
    mean = WEIGHTS @ blocks.mean(axis=1)
    items = [(w * w * b.var(ddof=1) / len(b), len(b) - 1) for w, b in zip(WEIGHTS, blocks)]
    means = [side.mean(axis=2) @ WEIGHTS for side in sides]
    seeds = [(m.var(ddof=1) / len(m), len(m) - 1) for m in means]
    items_alone = (sum(v for v, _ in items), satterthwaite(items))
    return mean / BASE, interval(mean, items), interval(mean, seeds), interval(mean, [items_alone] + seeds)


def swift(name, found, with_mean):
    mean, *intervals = found
    ends = ", ".join(f"{n}: ({lo!r}, {hi!r})" for n, (lo, hi) in zip(("items", "seeds", "both"), intervals))
    return f"  {name}: ({f'mean: {mean!r}, ' if with_mean else ''}{ends})"


def plain(found):
    mean, *intervals = found
    return (float(mean), *[(float(lo), float(hi)) for lo, hi in intervals])


print("// Written by Scripts/goldens/statistics_claims.py.")
print("let golden = (")
print(swift("cost", plain(figures([TUNED], [1])), True) + ",")
print(swift("less", plain(figures([TUNED, KEPT], [1, -1])), True))
print(")")
