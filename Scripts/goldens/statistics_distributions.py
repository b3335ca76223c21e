"""Writes Tests/Goldens/statistics/{beta_binomial,tails,proportions}.json: scipy and statsmodels, every row checked by mpmath.

Where scipy itself is off by more than 1e-11, the row holds mpmath's 50 digits, rounded; the number of such rows is printed.
Made with Python 3.11, scipy 1.17.1, statsmodels 0.15.0, mpmath 1.3.0. Run from the repository's root:
    python Scripts/goldens/statistics_distributions.py
"""

import mpmath as mp
from make_statistics_goldens import write
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

mp.mp.dps = 50
replaced = {}


def settled(kind, scipy_value, exact):
    """scipy's value where mpmath agrees, else mpmath's."""
    exact = float(exact)
    close = abs(scipy_value - exact) <= 1e-11 * max(abs(exact), 1e-290)
    replaced.setdefault(kind, [0, 0])
    replaced[kind][0] += not close
    replaced[kind][1] += 1
    return float(scipy_value) if close else exact


def beta_series(a, b, x):
    """I_x(a, b) by DLMF 8.17.8, all of whose terms are positive; it converges fast below the mean, unless x is near 1."""
    term = x**a * (1 - x) ** b / (a * mp.beta(a, b))
    total, step = term, 0
    while term > total * mp.eps:
        term *= (a + b + step) / (a + 1 + step) * x
        total += term
        step += 1
    return total


def beta_tail(a, b, x, upper):
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    if x * (a + b) <= a and x < 0.99:
        below = beta_series(a, b, x) if x > 0 else mp.mpf(0)
        return 1 - below if upper else below
    # One minus the other tail costs the digits of a far tail: there are enough.
    with mp.workdps(320):
        above = beta_series(b, a, 1 - x) if x < 1 else mp.mpf(0)
        return above if upper else 1 - above


def refined(guess, tail, target):
    """The root of tail(x) = target near the guess, by the secant method on logarithms."""
    guess = mp.mpf(float(guess))
    start = (mp.log(guess), mp.log(guess * (1 + mp.mpf(1e-9))))
    root = mp.findroot(lambda u: mp.log(tail(mp.exp(u))) - mp.log(mp.mpf(target)), start, tol=1e-25)
    return mp.exp(root)


def betas():
    rows = []
    for a, b in [(0.3, 0.7), (0.5, 0.5), (1, 1), (1, 7.5), (2.25, 40), (17, 3), (60.5, 61), (128, 1), (900, 4100)]:
        for x in (1e-6, 0.02, 0.1, 0.181, 0.5, 0.77, 0.95, 0.9999):
            cdf, sf = (beta_tail(a, b, x, upper) for upper in (False, True))
            if min(cdf, sf) < 1e-250:
                continue
            rows.append({
                "a": a, "b": b, "x": x,
                "cdf": settled("beta cdf", stats.beta.cdf(x, a, b), cdf),
                "sf": settled("beta sf", stats.beta.sf(x, a, b), sf),
            })
    return rows


def beta_quantiles():
    rows = []
    for a, b in [(0.3, 0.7), (0.5, 0.5), (1, 1), (1, 7.5), (2.25, 40), (17, 3), (60.5, 61), (128, 1), (900, 4100)]:
        for p in (1e-12, 1e-6, 0.005, 0.025, 0.05, 0.3, 0.5, 0.8, 0.95, 0.975, 0.9999):
            guess = stats.beta.ppf(p, a, b)
            # Above one half by the other tail: in floating point, 1 - p is what a program can see.
            if p <= 0.5:
                exact = refined(guess, lambda x: beta_tail(a, b, x, False), p)
            else:
                exact = 1 - refined(stats.beta.ppf(1 - p, b, a), lambda y: beta_tail(b, a, y, False), 1 - mp.mpf(p))
            rows.append({"a": a, "b": b, "p": p, "x": settled("beta quantile", guess, exact)})
    return rows


def binomial_sum(n, p, first, last):
    """P(first <= X <= last), term by term."""
    if first > last:
        return mp.mpf(0)
    p = mp.mpf(p)
    term = total = mp.exp(mp.log(mp.binomial(n, first)) + first * mp.log(p) + (n - first) * mp.log(1 - p))
    for k in range(first, last):
        term *= p * (n - k) / ((1 - p) * (k + 1))
        total += term
    return total


def binomials():
    rows = []
    for n, p, ks in [
        (1, 0.3, (0, 1)),
        (7, 0.5, (-1, 0, 3, 6, 7, 9)),
        (64, 0.02, (0, 1, 4, 20)),
        (128, 0.5, (20, 55, 64, 80, 110)),
        (1000, 0.813, (600, 790, 813, 840, 960)),
        (100000, 0.5, (48000, 49800, 50000, 50321, 51900)),
        (250000, 0.0004, (40, 99, 100, 150)),
    ]:
        for k in ks:
            exact = binomial_sum(n, p, 0, min(k, n))
            tail = binomial_sum(n, p, max(k + 1, 0), n)
            rows.append({
                "n": n, "p": p, "k": k,
                "cdf": settled("binomial cdf", stats.binom.cdf(k, n, p), exact),
                "sf": settled("binomial sf", stats.binom.sf(k, n, p), tail),
            })
    return rows


def binomial_quantiles():
    return [
        {"n": n, "p": p, "share": share, "k": int(stats.binom.ppf(share, n, p))}
        for n, p in [(1, 0.3), (7, 0.5), (64, 0.02), (128, 0.5), (1000, 0.813), (100000, 0.5)]
        for share in (1e-9, 0.01, 0.05, 0.3, 0.5, 0.77, 0.95, 0.99, 1 - 1e-9)
    ]


def student_tails():
    """Far tails and degrees of freedom that are no whole numbers, each relative to its own size."""
    rows = []
    for df in (0.3, 0.99, 1.5, 4.2, 11.7, 63.3, 412.8, 9_999.9, 120_000.5):
        for t in (1e-9, 0.07, 1, 3.3, 12, 55):
            exact = mp.mpf(1) / 2 * beta_tail(mp.mpf(df) / 2, 0.5, mp.mpf(df) / (mp.mpf(df) + mp.mpf(t) ** 2), False)
            if exact > 1e-250:
                rows.append({"df": df, "t": t, "sf": settled("t sf", stats.t.sf(t, df), exact)})
    return rows


def student_quantiles():
    rows = []
    for df in (0.3, 0.99, 1.5, 4.2, 11.7, 63.3, 412.8, 9_999.9, 120_000.5):
        for p in (1e-30, 1e-10, 0.001, 0.01, 0.05, 0.2, 0.45):
            guess = stats.t.isf(p, df)
            exact = refined(guess, lambda t: beta_tail(mp.mpf(df) / 2, 0.5, df / (df + t**2), False) / 2, p)
            rows.append({"df": df, "p": p, "t": settled("t quantile", guess, exact)})
    return rows


def normals():
    """q is P(Z > z): far tails, relative to their own size."""
    rows = []
    for z in (1e-8, 0.3, 1, 1.2815515655446004, 4, 9.5, 20, 37):
        rows.append({"z": z, "q": settled("normal sf", stats.norm.sf(z), mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2)})
    for q in (1e-280, 1e-40, 1e-16, 1e-5, 0.004, 0.006, 0.02, 0.3):
        exact = refined(stats.norm.isf(q), lambda z: mp.erfc(z / mp.sqrt(2)) / 2, q)
        rows.append({"z": settled("normal quantile", stats.norm.isf(q), exact), "q": q})
    return rows


def proportions():
    rows = []
    for k, n in [(0, 1), (1, 1), (0, 40), (40, 40), (1, 128), (37, 128), (127, 128), (1814, 2000)]:
        for alpha in (0.01, 0.05, 0.2):
            row = {"k": k, "n": n, "alpha": alpha}
            for name, method in (("exact", "beta"), ("wilson", "wilson")):
                row[name] = [float(v) for v in proportion_confint(k, n, alpha=alpha, method=method)]
            rows.append(row)
    return rows


if __name__ == "__main__":
    write("beta_binomial", {
        "beta": betas(), "beta_quantile": beta_quantiles(),
        "binomial": binomials(), "binomial_quantile": binomial_quantiles(),
    })
    write("tails", {"student": student_tails(), "student_quantile": student_quantiles(), "normal": normals()})
    write("proportions", {"cases": proportions()})
    for kind, (count, rows) in replaced.items():
        print(f"{kind}: {count} of {rows} rows by mpmath")
