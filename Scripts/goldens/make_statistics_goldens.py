"""Writes Tests/Goldens/statistics/*.json: what scipy and statsmodels say.

Made with Python 3.11, scipy 1.17.1, statsmodels 0.15.0, numpy 2.4.6. Run from the repository's root:
    python Scripts/goldens/make_statistics_goldens.py
"""

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import optimize, special, stats
from statsmodels.stats.multitest import multipletests

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "statistics"


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    # One case a line: a diff says which case changed.
    parts = [f'"{key}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]" for key, cases in value.items()]
    (OUT / f"{name}.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")


def distributions():
    degrees = [0.7, 1, 2, 3.25, 5, 7, 15, 29.6, 100, 287.3, 1000, 25000.5, 1e7, 3e8]
    points = [-40, -8, -3.1, -1, -1e-3, 0, 1e-6, 0.3, 1.6448536269514722, 2.5, 6, 35]
    shares = [1e-12, 1e-6, 0.001, 0.01, 0.05, 0.2, 0.4999, 0.5, 0.77, 0.8, 0.95, 0.975, 0.99, 0.99944]
    students = [
        {"df": d, "t": t, "cdf": float(stats.t.cdf(t, d)), "sf": float(stats.t.sf(t, d))}
        for d in degrees
        for t in points
    ]
    quantiles = [{"df": d, "p": p, "t": float(stats.t.ppf(p, d))} for d in degrees for p in shares]
    normals = [{"x": x, "cdf": float(stats.norm.cdf(x)), "sf": float(stats.norm.sf(x))} for x in points]
    normal_quantiles = [{"p": p, "z": float(stats.norm.ppf(p))} for p in shares]
    betas = [
        {"a": a, "b": b, "x": x, "value": float(special.betainc(a, b, x))}
        for a in [0.5, 1, 2.5, 9.9, 10.1, 60, 800]
        for b in [0.5, 1, 3, 12, 400]
        for x in [0, 1e-8, 0.02, 0.35, 0.5, 0.81, 0.999, 1]
    ]
    write(
        "distributions",
        {
            "student": students,
            "student_quantile": quantiles,
            "normal": normals,
            "normal_quantile": normal_quantiles,
            "beta": betas,
        },
    )


def cluster_fit(values, blocks):
    return sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": blocks}, use_t=True)


def third_moment(values, groups):
    """Of the mean over items: the sums of residuals by block, cubed, with G²/((G-1)(G-2))."""
    residuals = np.asarray(values) - np.mean(values)
    sums = np.array([residuals[groups == g].sum() for g in np.unique(groups)])
    blocks = len(sums)
    return float((sums**3).sum() / len(values) ** 3 * blocks**2 / ((blocks - 1) * (blocks - 2)))


def hall(t, skewness):
    """Hall's transformation of a t statistic."""
    return t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6


def cantelli(t):
    """P of a value t standard deviations above its mean, at most, whatever the distribution."""
    return 1 / (1 + t * t) if t > 0 else 1.0


def hall_inverse(g, skewness):
    return g if skewness == 0 else float(optimize.brentq(lambda t: hall(t, skewness) - g, -50, 50, xtol=1e-14))


def clustered():
    rng = np.random.default_rng(20250301)
    cases = []
    for label, sizes, kind in [
        ("16 blocks of 8", [8] * 16, "thirds"),
        ("6 blocks of 8, binary", [8] * 6, "binary"),
        ("a short last block", [8, 8, 8, 8, 8, 3], "thirds"),
        ("blocks of one item", [1] * 30, "normal"),
        ("two blocks", [25, 39], "normal"),
        ("unequal blocks", [1, 2, 3, 4, 12, 20], "binary"),
    ]:
        blocks = np.repeat(np.arange(len(sizes)), sizes)
        shift = rng.normal(0, 0.2, len(sizes))[blocks]
        n = len(blocks)
        if kind == "thirds":
            values = np.round(np.clip(rng.normal(-0.05, 0.3, n) + shift, -1, 1) * 3) / 3 + 0.05
        elif kind == "binary":
            values = rng.choice([-1.0, 0.0, 1.0], n, p=[0.2, 0.7, 0.1]) + 0.10
        else:
            values = rng.normal(0.1, 0.8, n) + 0.4 * (blocks % 2)
        fit = cluster_fit(values, blocks)
        two_sided = fit.conf_int(0.05)[0]
        pass_fail = [float(fit.conf_int(0.10)[0][0]), float(fit.conf_int(0.02)[0][1])]
        t = float(fit.tvalues[0])
        df = len(sizes) - 1
        cases.append(
            {
                "label": label,
                "values": [float(v) for v in values],
                "blocks": [int(b) for b in blocks],
                "mean": float(fit.params[0]),
                "se": float(fit.bse[0]),
                "df": df,
                "two_sided_p": float(fit.pvalues[0]),
                "interval": [float(two_sided[0]), float(two_sided[1])],
                "lower_05": pass_fail[0],
                "upper_01": pass_fail[1],
                "p_above": float(stats.t.sf(t, df)),
                "p_below": float(stats.t.cdf(t, df)),
            }
        )
    return cases


def welch():
    """Two tasks with blocks of one item are Welch's two samples: same Satterthwaite degrees of freedom."""
    rng = np.random.default_rng(7)
    cases = []
    for first, second in [(12, 30), (6, 6), (40, 9)]:
        x = rng.normal(0.2, 1.4, first)
        y = rng.normal(-0.1, 0.9, second)
        test = stats.ttest_ind(x, -y, equal_var=False)
        interval = test.confidence_interval(0.95)
        cases.append(
            {
                "first": x.tolist(),
                "second": y.tolist(),
                # mean(x) + mean(y) is twice the unit's mean.
                "mean": float((x.mean() + y.mean()) / 2),
                "df": float(test.df),
                "two_sided_p": float(test.pvalue),
                "interval": [float(interval.low) / 2, float(interval.high) / 2],
            }
        )
    return cases


def units():
    """Three families of 2, 1 and 3 tasks: weights, error and degrees of freedom over statsmodels' task errors."""
    rng = np.random.default_rng(99)
    cases = []
    for counts in [(2, 1, 3), (1, 1), (2, 2, 2, 2)]:
        families, mean, parts = [], 0.0, []
        for count in counts:
            tasks = []
            for _ in range(count):
                sizes = [8] * int(rng.integers(4, 17))
                blocks = np.repeat(np.arange(len(sizes)), sizes)
                values = rng.choice([-1.0, -2 / 3, -1 / 3, 0.0, 1 / 3], len(blocks), p=[0.1, 0.1, 0.1, 0.6, 0.1])
                fit = cluster_fit(values, blocks)
                weight = 1 / len(counts) / count
                mean += weight * float(fit.params[0])
                parts.append((weight**2 * float(fit.bse[0]) ** 2, len(sizes) - 1))
                tasks.append({"values": values.tolist(), "blocks": blocks.tolist()})
            families.append(tasks)
        variance = sum(v for v, _ in parts)
        se = variance**0.5
        df = variance**2 / sum(v**2 / d for v, d in parts)
        delta = 0.05
        z = float(stats.norm.ppf(0.8))
        cases.append(
            {
                "families": families,
                "mean": mean,
                "se": se,
                "df": df,
                "smallest_passing_margin": (float(stats.t.ppf(0.95, df)) + z) * se,
                "smallest_failing_drop": delta + (float(stats.t.ppf(0.99, df)) + z) * se,
            }
        )
    return cases


def holm():
    rng = np.random.default_rng(3)
    sets = [[0.04], [0.5, 0.5], [0.001, 0.0009, 0.3], [0.002, 0.006, 0.02, 0.0021], [1.0, 0.0]]
    sets += [(rng.uniform(size=k) ** 4).tolist() for k in (3, 5, 10)]
    cases = []
    for p in sets:
        for alpha in (0.01, 0.05):
            reject, adjusted, _, _ = multipletests(p, alpha=alpha, method="holm")
            cases.append({"p": p, "alpha": alpha, "adjusted": adjusted.tolist(), "rejected": reject.tolist()})
    return cases


def bits(array):
    return "".join(str(int(v)) for v in array)


def admission():
    """Scores of one task by k as strings of 0 and 1, an item each; bounds from statsmodels."""
    rng = np.random.default_rng(11)
    cases = []
    for label, rates, blocks, chance in [
        ("able", {0: 0.02, 1: 0.5, 4: 0.8}, 16, 0.05),
        ("not above chance", {0: 0.3, 1: 0.5, 4: 0.55}, 16, 0.5),
        ("nothing gained", {0: 0.7, 1: 0.7, 4: 0.7}, 16, 0.1),
        ("barely", {0: 0.1, 1: 0.28, 4: 0.35}, 6, 0.05),
    ]:
        groups = np.repeat(np.arange(blocks), 8)
        scores = {k: (rng.uniform(size=len(groups)) < rate).astype(float) for k, rate in rates.items()}
        few = (scores[1] + scores[4]) / 2
        above = cluster_fit(few - chance, groups).conf_int(0.10)[0][0]
        gain = cluster_fit(few - scores[0], groups).conf_int(0.10)[0][0]
        cases.append(
            {
                "label": label,
                "chance": chance,
                "exact_match": {str(k): bits(v) for k, v in scores.items()},
                "lower_bound_above_chance": float(above),
                "lower_bound_of_gain": float(gain),
                "admitted": bool(above >= 0.20 and gain > 0),
            }
        )
    return cases


def verdicts():
    """Whole gates: random scores of base and candidate, and what every unit's test must say."""
    cases = []
    for seed, loss in [(1, 0.0), (2, 0.08), (3, 0.2), (4, 0.45)]:
        rng = np.random.default_rng(seed)
        tasks, units = [], []
        families = {"alpha": 2, "beta": 1, "gamma": 3, "delta": 2}
        for family, count in families.items():
            for index in range(count):
                blocks = int(rng.integers(12, 17))
                groups = np.repeat(np.arange(blocks), 8)
                draw = rng.normal(0, 0.08, blocks)[groups]
                task = {"task": f"{family}-{index}", "family": family, "blocks": blocks, "base": {}, "candidate": {}}
                ease = rng.uniform(size=len(groups))
                for k, rate in ((0, 0.05), (1, 0.75), (4, 0.9)):
                    flip = rng.uniform(size=len(groups)) < 0.1
                    base = (ease < rate + draw) ^ flip
                    own_loss = loss * rng.uniform(0.5, 1.5) if k else 0
                    flip = rng.uniform(size=len(groups)) < 0.1
                    candidate = (ease < rate + draw - own_loss) ^ flip
                    task["base"][str(k)], task["candidate"][str(k)] = bits(base), bits(candidate)
                tasks.append(task)

        def test(unit, chosen, margin):
            mean = variance = squares = third = 0.0
            n = 0
            names = list(dict.fromkeys(t["family"] for t in chosen))
            for t in chosen:
                weight = 1 / len(names) / sum(o["family"] == t["family"] for o in chosen)
                few = {
                    side: sum(np.array([float(c) for c in t[side][k]]) for k in ("1", "4")) / 2
                    for side in ("base", "candidate")
                }
                values, groups = few["candidate"] - few["base"] + margin, np.repeat(np.arange(t["blocks"]), 8)
                fit = cluster_fit(values, groups)
                third += weight**3 * third_moment(values, groups)
                part = weight**2 * float(fit.bse[0]) ** 2
                mean += weight * float(fit.params[0])
                variance += part
                squares += part**2 / (t["blocks"] - 1)
                n += 8 * t["blocks"]
            df = variance**2 / squares
            se = max(variance**0.5, 3**0.5 / n)
            down, up = min(third / se**3, 0), max(third / se**3, 0)
            t, t95 = mean / se, float(stats.t.ppf(0.95, df))
            units.append(
                {
                    "unit": unit,
                    "drop": margin - mean,
                    "se": se,
                    "df": df,
                    "lower": mean - min(hall_inverse(t95, down), (1 / 0.05 - 1) ** 0.5) * se,
                    "p_pass": min(float(stats.t.sf(hall(t, down), df)), max(float(stats.t.sf(t, df)), cantelli(t))),
                    "p_fail": min(float(stats.t.cdf(hall(t, up), df)), max(float(stats.t.cdf(t, df)), cantelli(-t))),
                }
            )

        test("overall", tasks, 0.05)
        for family in sorted(families):
            test(family, [t for t in tasks if t["family"] == family], 0.10)
        reject, adjusted, _, _ = multipletests([u["p_fail"] for u in units], alpha=0.01, method="holm")
        for unit, failed, p in zip(units, reject, adjusted):
            unit["p_fail_adjusted"] = float(p)
            unit["outcome"] = "fail" if failed else "pass" if unit["lower"] > 0 else "inconclusive"
        outcomes = [u["outcome"] for u in units]
        outcome = "fail" if "fail" in outcomes else "pass" if set(outcomes) == {"pass"} else "inconclusive"
        cases.append({"seed": seed, "tasks": tasks, "units": units, "outcome": outcome})
    return cases


if __name__ == "__main__":
    distributions()
    write("means", {"clustered": clustered(), "welch": welch(), "units": units()})
    write("holm", {"cases": holm()})
    write("gates", {"admission": admission(), "verdicts": verdicts()})
