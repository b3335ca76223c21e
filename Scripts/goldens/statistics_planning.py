"""Writes Tests/Goldens/statistics/planning.json: sample sizes, powers, variance components, what would settle a unit.

Sample sizes and powers by statsmodels.stats.power; components by ordinary least squares sums of squares (statsmodels' anova_lm);
settlements by trying one block or draw more at a time with scipy's quantiles.
Made with Python 3.11, scipy 1.17.1, statsmodels 0.15.0, pandas 3.1.1. Run from the repository's root:
    python Scripts/goldens/statistics_planning.py
"""

import math

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from make_statistics_goldens import write
from scipy import stats
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.power import normal_power, normal_sample_size_one_tail


def sizes():
    rows = []
    for discordance, drop, margin, alpha, power, block, icc in [
        (0.10, 0, 0.05, 0.05, 0.8, 1, 0), (0.15, 0, 0.05, 0.05, 0.8, 1, 0), (0.15, 0, 0.03, 0.05, 0.8, 1, 0),
        (0.15, 0.02, 0.05, 0.05, 0.8, 8, 0.05), (0.3, -0.05, 0.1, 0.01, 0.95, 8, 0.2), (0.01, 0, 0.2, 0.05, 0.8, 8, 0.05),
    ]:
        variance = discordance - drop**2
        n = normal_sample_size_one_tail(margin - drop, power, alpha, std_null=math.sqrt(variance))
        rows.append({
            "discordance": discordance, "drop": drop, "margin": margin, "alpha": alpha, "power": power, "block": block,
            "icc": icc, "items": math.ceil(math.ceil(n) * (1 + (block - 1) * icc)),
        })
    return rows


def powers():
    """normal_power's critical value is z; with t's in its place through the level that has it."""
    rows = []
    for sd, blocks, distance, alpha in [(0.1, 24, 0.05, 0.05), (0.3, 12, 0.02, 0.01), (0.12, 6, -0.04, 0.05)]:
        df = blocks - 1
        values = stats.norm.ppf((np.arange(blocks) + 0.5) / blocks)
        values = (values - values.mean()) / values.std(ddof=1) * sd
        level = stats.norm.sf(stats.t.isf(alpha, df))
        power = normal_power(distance / sd, blocks, level, alternative="larger")
        rows.append({"values": values.tolist(), "distance": distance, "alpha": alpha, "power": float(power)})
    return rows


def components():
    rng = np.random.default_rng(31)
    rows = []
    for label, draws, tasks in [
        ("one draw", 1, [[8] * 16, [8] * 12]),
        ("one draw, unequal blocks", 1, [[8, 8, 5, 8, 3], [8] * 6]),
        ("two draws", 2, [[8] * 16, [8] * 10]),
        ("four draws", 4, [[8] * 6]),
        ("items alone", 3, [[8] * 8]),
    ]:
        frames, given = [], []
        for number, blocks in enumerate(tasks):
            groups = np.repeat(np.arange(len(blocks)), blocks)
            n = len(groups)
            item = rng.normal(0, 0.3, n)
            shift = rng.normal(0, 0.0 if label == "items alone" else 0.15, (draws, len(blocks)))
            noise = rng.normal(0, 0.2 if draws > 1 else 0.0, (draws, n))
            values = item + shift[:, groups] + noise + 0.1 * number
            given.append({"draws": values.tolist(), "blocks": groups.tolist()})
            for d in range(draws):
                frames.append(pd.DataFrame({
                    "y": values[d], "task": f"t{number}", "block": [f"t{number}b{g}" for g in groups],
                    "item": [f"t{number}i{i}" for i in range(n)], "draw": [f"t{number}b{g}d{d}" for g in groups]}))
        frame = pd.concat(frames)
        sizes = frame.groupby("block")["item"].nunique()
        per_block = float(sizes.mean())
        if draws == 1:
            # Type I sums: tasks, blocks within tasks, the rest.
            within = smf.ols("y ~ C(block)", frame).fit()
            between = smf.ols("y ~ C(task)", frame).fit()
            table = anova_lm(between, within)
            ms_within = within.ssr / within.df_resid
            ms_between = float(table["ss_diff"].iloc[1] / table["df_diff"].iloc[1])
            counts = [np.array(blocks) for blocks in tasks]
            m0 = sum(c.sum() - (c**2).sum() / c.sum() for c in counts) / sum(len(c) - 1 for c in counts)
            item_part, draw_part, interaction = ms_within, max(0.0, (ms_between - ms_within) / m0), None
        else:
            full = smf.ols("y ~ C(item) + C(draw)", frame).fit()
            no_items = smf.ols("y ~ C(draw)", frame).fit()
            no_draws = smf.ols("y ~ C(item)", frame).fit()
            residual = full.ssr / full.df_resid
            ms_items = anova_lm(no_items, full)
            ms_draws = anova_lm(no_draws, full)
            ms_items = float(ms_items["ss_diff"].iloc[1] / ms_items["df_diff"].iloc[1])
            ms_draws = float(ms_draws["ss_diff"].iloc[1] / ms_draws["df_diff"].iloc[1])
            item_part = max(0.0, (ms_items - residual) / draws)
            draw_part, interaction = max(0.0, (ms_draws - residual) / per_block), float(residual)
        rows.append({
            "label": label, "tasks": given, "item": float(item_part), "draw": float(draw_part),
            "interaction": interaction,
        })
    return rows


def settlements():
    """u of one task in blocks of eight equal items, and the share of SE^2 that draws cannot reduce."""
    rows = []
    z = stats.norm.ppf(0.8)
    for mean, sd, blocks, item_share in [
        (0.02, 0.25, 24, 0.2), (0.05, 0.25, 24, 0.5), (-0.10, 0.35, 16, 0.3), (0.1, 0.4, 20, 0.1), (0.03, 0.5, 30, 0.97),
        (0.018, 0.05, 20, 0.0), (0.035, 0.15, 40, 0.2),
    ]:
        alpha = 0.05 if mean > 0 else 0.01
        values = stats.norm.ppf((np.arange(blocks) + 0.5) / blocks)
        values = mean + (values - values.mean()) / values.std(ddof=1) * sd
        se = sd / math.sqrt(blocks)

        def enough(df, error):
            return abs(mean) >= (stats.t.isf(alpha, df) + z) * error

        def first(condition, limit):
            return next((more for more in range(1, limit) if condition(more)), None)

        more_blocks = first(
            lambda more: enough((blocks - 1) * (blocks + more) / blocks, se * math.sqrt(blocks / (blocks + more))), 10**6)
        more_draws = first(
            lambda more: enough(
                blocks - 1, max(se * math.sqrt(item_share + (1 - item_share) / (1 + more)), math.sqrt(3) / (8 * blocks))), 64)
        rows.append({
            "values": values.tolist(), "item_share": item_share, "passes": mean > 0, "blocks": more_blocks,
            "draws": more_draws,
        })
    return rows


if __name__ == "__main__":
    write("planning", {
        "sizes": sizes(), "powers": powers(), "components": components(), "settlements": settlements(),
    })
