"""Computes the table of claims again, in another language and from nothing but block means, and compares it with what stands there.

    python3 Scripts/claims/recompute.py reports/claims

Reads FOLDER/results.json (the claims and what the program says of them) and the results.json of each experiment that it names (each
run's drops, task by task and block by block, and report.json where a model was taken apart; paths from the working folder). Ends with 1 at the first figure that differs by more than
1e-9, or word that differs at all. Standard library alone: Student's t is integrated here.
"""

import json
import math
import sys
from pathlib import Path

TOLERANCE = 1e-9


def t_half(t: float, degrees: float) -> float:
    """P(0 < T < t), by Simpson's rule over the angle whose tangent is T / sqrt(degrees): its density there is a power of a cosine."""
    end = math.atan(t / math.sqrt(degrees))
    steps = 20_000
    width = end / steps
    heights = [math.cos(i * width) ** (degrees - 1) for i in range(steps + 1)]
    area = width / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2]))
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(math.pi)
    return area * scale


def t_quantile(degrees: float) -> float:
    """The 97.5 % quantile, by secants from a bracket."""
    low, high = 1.9, 13.0
    f_low, f_high = t_half(low, degrees) - 0.475, t_half(high, degrees) - 0.475
    for _ in range(200):
        middle = (low + high) / 2 if _ < 12 else high - f_high * (high - low) / (f_high - f_low)
        value = t_half(middle, degrees) - 0.475
        if _ < 12:
            if value < 0:
                low, f_low = middle, value
            else:
                high, f_high = middle, value
        else:
            low, f_low, high, f_high = high, f_high, middle, value
            if abs(value) < 1e-15 or high == low or f_high == f_low:
                return middle
    return middle


def variance(values):
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / (len(values) - 1)


def satterthwaite(parts):
    squares = sum(v * v / n for v, n in parts)
    return sum(v for v, _ in parts) ** 2 / squares if squares > 0 else None


def interval(mean, squared_error, degrees):
    half = t_quantile(degrees) * math.sqrt(squared_error)
    return {"lower": mean - half, "upper": mean + half}


def weights(tasks):
    """Families weigh equally, tasks equally within a family."""
    families = {}
    for task in tasks:
        families.setdefault(task["family"], []).append(task["task"])
    return [1 / len(families) / len(families[task["family"]]) for task in tasks]


def mean_of(tasks, figure):
    return sum(w * figure(task) for w, task in zip(weights(tasks), tasks))


def block_mean(task):
    return sum(task["drops"]) / len(task["drops"])


def over_runs(runs):
    """Each block's mean over runs."""
    return [
        dict(task, drops=[sum(run[i]["drops"][b] for run in runs) / len(runs) for b in range(len(task["drops"]))])
        for i, task in enumerate(runs[0])
    ]


def estimate(sides):
    """The cost of one recipe, or how much less the second one costs."""
    if any(not runs for runs in sides):
        return None
    tasks = over_runs(sides[0])
    if len(sides) == 2:
        other = over_runs(sides[1])
        tasks = [dict(a, drops=[x - y for x, y in zip(a["drops"], b["drops"])]) for a, b in zip(tasks, other)]
    base = mean_of(tasks, lambda task: task["base"])
    mean = mean_of(tasks, block_mean)
    parts = [
        (w * w * variance(task["drops"]) / len(task["drops"]), len(task["drops"]) - 1)
        for w, task in zip(weights(tasks), tasks)
    ]
    items = sum(task["items"] for task in tasks)
    error = sum(v for v, _ in parts)
    # Where nothing is seen in n items, 3 / n is the upper limit of what may be there.
    floored = max(error, 3 / items**2)
    degrees = satterthwaite(parts) or sum(n for _, n in parts)
    means = [[mean_of(run, block_mean) for run in runs] for runs in sides]
    found = {"mean": mean / base, "runs": [len(runs) for runs in sides]}
    scaled = lambda ends: {key: value / base for key, value in ends.items()}
    found["over_items"] = scaled(interval(mean, floored, degrees))
    if all(len(runs) > 1 for runs in means):
        seeds = [(variance(runs) / len(runs), len(runs) - 1) for runs in means]
        spread = sum(v for v, _ in seeds)
        if spread > 0:
            found["over_seeds"] = scaled(interval(mean, spread, satterthwaite(seeds)))
        both = [(floored, degrees)] + seeds
        found["over_both"] = scaled(interval(mean, floored + spread, satterthwaite(both))) if spread > 0 else found["over_items"]
    return found


def half(tasks, choosing):
    return [task for i, task in enumerate(tasks) if (i % 2 == 0) == choosing]


class Arm:
    """The runs of an arm that hold their target, and how many do not."""

    def __init__(self, name, runs, form):
        ended = [run for run in runs if run["state"] == "finished"]
        held = [run for run in ended if run.get("until", {}).get("held", True)]
        self.name = name
        self.apart = len([run for run in runs if run["state"] != "unfinished"]) - len(held)
        points = [run["points"][-1] for run in held]
        self.runs = [(p if form == "raw" else p["also"])["ability"]["tasks"] for p in points]


def choose(rates, arms):
    """The cheapest of a method's rates on the half that chooses, and what it costs on the other half."""
    costs = {}
    for name in rates:
        arm = arms[name]
        if arm.runs and arm.apart == 0:
            costs[name] = estimate([[half(run, True) for run in arm.runs]])["mean"]
    best = min(costs, key=costs.get) if costs else None
    return costs, best, estimate([[half(run, False) for run in arms[best].runs]]) if best else None


def costs_word(ends, share, within):
    low, high = share - within, share + within
    if low <= ends["lower"] and ends["upper"] <= high:
        return "holds"
    return "does not hold" if ends["upper"] < low or ends["lower"] > high else "cannot be told"


def effective_number(amounts):
    """The inverse Simpson index of those above 0."""
    positive = [amount for amount in amounts if amount > 0]
    return sum(positive) ** 2 / sum(amount**2 for amount in positive)


def spread_of(claim, profile):
    """What modules bring back of the loss, and over how many layers it is spread."""
    if profile is None:
        return [({}, "cannot be told")]
    back = next((part.get("back") for part in profile["modules"] if part["name"] == claim["modules"]), None)
    ends = (back or {}).get("interval")
    word = "cannot be told"
    if ends and ends["lower"] >= claim["share"]:
        word = "holds"
    elif ends and ends["upper"] < claim["share"]:
        word = "does not hold"
    first = ({"share": back}, word)
    cells = profile.get("cells")
    if cells is None:
        return [first, ({}, "cannot be told")]
    layers = {}
    for cell in cells["cells"]:
        layers[cell["layer"]] = layers.get(cell["layer"], 0) + cell["back"]["share"]
    found = {"effective": effective_number(layers.values()), "layers": len(layers)}
    ends, needed = cells.get("effective_intervals", {}).get("layers"), claim["layers"] * len(layers)
    word = "cannot be told"
    if ends:
        found["interval"] = ends
        word = "holds" if ends["lower"] >= needed else "does not hold" if ends["upper"] < needed else word
    return [first, ({"spread": found}, word)]


def parts_of(claim, arms, methods, profile):
    """What is found and told of each part."""
    if "spread" in claim:
        return spread_of(claim["spread"], profile)
    if "costs" in claim:
        of = claim["costs"]
        found = methods[of["method"]]
        sides, word = found, lambda ends: costs_word(ends, of["share"], of["within"])
        return [tell(sides, [], word)]
    if "keeps" in claim:
        limit = claim["keeps"]["within"]

        def within(ends):
            return "holds" if ends["upper"] <= limit else "does not hold" if ends["lower"] > limit else "cannot be told"

        return [tell(estimate([arms[name].runs]), [arms[name]], within) for name in claim["keeps"]["arms"]]

    def above(ends):
        return "holds" if ends["lower"] > 0 else "does not hold" if ends["upper"] < 0 else "cannot be told"

    pairs = [(arms[pair["arm"]], arms[pair["than"]]) for pair in claim["keeps_more"]]
    return [tell(estimate([other.runs, arm.runs]), [arm, other], above) for arm, other in pairs]


def tell(found, arms, word):
    if found is None or any(arm.apart for arm in arms) or "over_both" not in found:
        return {"estimate": found}, "cannot be told"
    return {"estimate": found}, word(found["over_both"])


def whole(words):
    if "does not hold" in words:
        return "does not hold"
    return "holds" if words and all(word == "holds" for word in words) else "cannot be told"


class Comparison:
    """Counts what is equal, and ends at what is not."""

    def __init__(self):
        self.figures = 0
        self.words = 0

    def figure(self, where, here, there):
        if (here is None) != (there is None):
            sys.exit(f"{where}: {here} here, {there} there")
        if isinstance(here, dict):
            for key in sorted(set(here) | set(there)):
                self.figure(f"{where}.{key}", here.get(key), there.get(key))
        elif isinstance(here, list):
            if here != there:
                sys.exit(f"{where}: {here} here, {there} there")
        elif here is not None:
            if abs(here - there) > TOLERANCE:
                sys.exit(f"{where}: {here!r} here, {there!r} there")
            self.figures += 1

    def word(self, where, here, there):
        if here != there:
            sys.exit(f"{where}: '{here}' here, '{there}' there")
        self.words += 1


def check_form(where, form, claims, runs, profile, compare):
    names = list(dict.fromkeys(run["arm"] for run in runs))
    arms = {name: Arm(name, [run for run in runs if run["arm"] == name], form["form"]) for name in names}
    methods = {}
    for method in form["methods"]:
        costs, best, found = choose([rate["arm"] for rate in method["rates"]], arms)
        for rate in method["rates"]:
            compare.figure(f"{where}, {rate['arm']}", costs.get(rate["arm"]), rate.get("cost"))
        compare.word(f"{where}, {method['method']}", best, method.get("arm"))
        compare.figure(f"{where}, {method['method']}", found, method.get("estimate"))
        methods[method["method"]] = found
    for arm in form["arms"]:
        compare.figure(f"{where}, {arm['arm']}", estimate([arms[arm["arm"]].runs]), arm.get("cost"))
    for claim, told in zip(claims, form["claims"], strict=True):
        name = f"{where}, {claim['claim']}"
        parts = parts_of(claim, arms, methods, profile)
        for (found, word), part in zip(parts, told["parts"], strict=True):
            for key in ("estimate", "share", "spread"):
                compare.figure(name, found.get(key), part.get(key))
            compare.word(name, word, part["word"])
        compare.word(name, whole([word for _, word in parts]), told["word"])


def renamed(claim, names):
    """A claim about the arms that a model has for its own."""
    if "keeps" in claim:
        return {**claim, "keeps": {**claim["keeps"], "arms": [names.get(arm, arm) for arm in claim["keeps"]["arms"]]}}
    if "keeps_more" in claim:
        pairs = [{**pair, **{key: names.get(pair[key], pair[key]) for key in ("arm", "than")}} for pair in claim["keeps_more"]]
        return {**claim, "keeps_more": pairs}
    return claim


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    table = json.loads((Path(sys.argv[1]) / "results.json").read_text())
    compare = Comparison()
    for model in table["models"]:
        experiment = json.loads(Path(model["results"]).read_text())
        profile = None
        if "diagnosis" in model:
            report = json.loads(Path(model["diagnosis"]).read_text())
            profile = report["candidates"][0]["diagnosis"]["profile"]
        for form in model["forms"]:
            where = f"{model['model']}, {form['form']}"
            taken_apart = profile if form["form"] == "raw" else None
            claims = [renamed(claim, model.get("arms", {})) for claim in table["claims"]]
            check_form(where, form, claims, experiment["runs"], taken_apart, compare)
    print(f"claims: {compare.figures} figures and {compare.words} words are what this computes too")


main()
