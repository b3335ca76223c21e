"""Writes Tests/Goldens/statistics/pooling.json: random effects over tasks, Benjamini and Hochberg.

statsmodels' combine_effects(method_re='dl') where its tau2, which it does not cut at 0, is positive; the shrunken estimates and
their errors are the solution of Henderson's mixed model equations, not the closed form.
Made with Python 3.11, statsmodels 0.15.0, numpy 2.4.6. Run from the repository's root:
    python Scripts/goldens/statistics_pooling.py
"""

import numpy as np
from make_statistics_goldens import write
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests


def henderson(effects, variances, tau2):
    """Predictions of mu + u_i and their errors from [1'R1 1'R; R1 R+G]."""
    count = len(effects)
    weights = 1 / variances
    left = np.zeros((count + 1, count + 1))
    left[0, 0] = weights.sum()
    left[0, 1:] = left[1:, 0] = weights
    left[1:, 1:] = np.diag(weights + 1 / tau2)
    inverse = np.linalg.inv(left)
    solution = inverse @ np.concatenate([[(weights * effects).sum()], weights * effects])
    contrast = np.hstack([np.ones((count, 1)), np.eye(count)])
    return contrast @ solution, np.sqrt(np.diag(contrast @ inverse @ contrast.T))


def random_effects():
    rng = np.random.default_rng(17)
    rows = []
    for label, count, spread in [("18 tasks", 18, 0.12), ("3 tasks", 3, 0.4), ("nearly alike", 9, 0.01), ("alike", 6, 0.0)]:
        variances = rng.uniform(0.02, 0.09, count) ** 2
        effects = rng.normal(0.08, spread, count) + rng.normal(0, 1, count) * np.sqrt(variances)
        if label == "alike":
            effects = 0.05 + 0.01 * np.sqrt(variances)
        result = combine_effects(effects, variances, method_re="dl")
        row = {"label": label, "effects": effects.tolist(), "variances": variances.tolist(), "q": float(result.q)}
        if result.tau2 > 0:
            means, errors = henderson(effects, variances, result.tau2)
            low, high = result.conf_int(alpha=0.05)[1]
            row |= {
                "tau2": float(result.tau2), "mean": float(result.mean_effect_re), "se": float(result.sd_eff_w_re),
                "i2": float(result.i2), "interval": [float(low), float(high)],
                "shrunken": means.tolist(), "shrunken_se": errors.tolist(),
            }
        else:
            low, high = result.conf_int(alpha=0.05)[0]
            row |= {
                "tau2": 0.0, "mean": float(result.mean_effect_fe), "se": float(result.sd_eff_w_fe), "i2": 0.0,
                "interval": [float(low), float(high)],
                "shrunken": [float(result.mean_effect_fe)] * count, "shrunken_se": [float(result.sd_eff_w_fe)] * count,
            }
        rows.append(row)
    return rows


def benjamini_hochberg():
    rng = np.random.default_rng(23)
    sets = [[0.04], [0.5, 0.5], [0.001, 0.0009, 0.3], [0.02, 0.03, 0.04, 0.045], [1.0, 0.0]]
    sets += [(rng.uniform(size=k) ** 3).tolist() for k in (4, 18, 40)]
    rows = []
    for p in sets:
        for alpha in (0.05, 0.2):
            reject, adjusted, _, _ = multipletests(p, alpha=alpha, method="fdr_bh")
            rows.append({"p": p, "alpha": alpha, "adjusted": adjusted.tolist(), "rejected": reject.tolist()})
    return rows


if __name__ == "__main__":
    write("pooling", {"random_effects": random_effects(), "benjamini_hochberg": benjamini_hochberg()})
