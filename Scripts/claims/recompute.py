"""Computes the table of claims again, in another language, and compares it with what stands there.

    python3 Scripts/claims/recompute.py recipes/claims/claims.yaml reports/claims

Reads the claims' file (which models, methods and claims there are), FOLDER/results.json (what the program says of them) and the results.json
of each experiment (each run's drops, task by task and block by block; paths from the working folder). What recipes cost is computed from
nothing but those. Where the ability lies is read from the report.json of a model that was taken apart: the shares of modules and cells and
their intervals are that report's (Scripts/goldens has their statistics by numpy), the effective number of layers and all words are
computed here. Ends with 1 at the first figure that differs by more than 1e-9 or is no number, at a word that differs at all, and where
one side has a model, form, arm, rate, claim or part that the other has not. Standard library alone: Student's t is integrated here.
"""

import json
import math
import re
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


def half(tasks, index):
    return [task for i, task in enumerate(tasks) if i % 2 == index]


class Arm:
    """The runs of an arm that hold their target, those that do not, and what is still to be run."""

    def __init__(self, name, runs, form):
        ended = [run for run in runs if run["state"] == "finished"]
        held = [run for run in ended if run.get("until", {}).get("held", True)]
        tasks = lambda run: (run["points"][-1] if form == "raw" else run["points"][-1]["also"])["ability"]["tasks"]
        self.name = name
        self.runs = [tasks(run) for run in held]
        self.apart = [tasks(run) for run in ended if run not in held]
        self.diverged = len([run for run in runs if run["state"] == "diverged"])
        self.open = len([run for run in runs if run["state"] == "unfinished"])

    @property
    def is_whole(self):
        return self.open == 0 and not self.apart and self.diverged == 0


class Choice:
    """A method at its best rate: each half of the tasks by the rate that costs least on the other half."""

    def __init__(self, rates, arms):
        self.costs = {}
        for name in rates:
            arm = arms[name]
            if arm.runs and arm.is_whole:
                self.costs[name] = [estimate([[half(run, i) for run in arm.runs]])["mean"] for i in (0, 1)]
        self.open = [name for name in rates if arms[name].open > 0]
        self.arms = [min(self.costs, key=lambda name: self.costs[name][i]) for i in (0, 1)] if self.costs else []
        self.estimate = None
        if self.arms:
            first, second = (arms[name].runs for name in self.arms)
            mixed = [
                [b if i % 2 == 0 else a for i, (a, b) in enumerate(zip(one, other, strict=True))]
                for one, other in zip(first, second, strict=True)
            ]
            self.estimate = estimate([mixed])


def costs_word(ends, share, within, is_open):
    low, high = share - within, share + within
    if ends["upper"] < low:
        return "does not hold"
    # A rate that is not run is chosen only where it costs less.
    if is_open:
        return "cannot be told"
    if low <= ends["lower"] and ends["upper"] <= high:
        return "holds"
    return "does not hold" if ends["lower"] > high else "cannot be told"


def effective_number(amounts):
    """The inverse Simpson index of those above 0."""
    positive = [amount for amount in amounts if amount > 0]
    return sum(positive) ** 2 / sum(amount**2 for amount in positive)


ATTENTION = {"q", "k", "v", "q/k/v", "o"}
MLP = {"gate/up", "down", "router"}


def spread_of(claim, profile):
    """What modules bring back of the loss, and over how many layers it is spread."""
    if profile is None:
        return [({}, "cannot be told")]

    def word(ends, limit):
        if not ends:
            return "cannot be told"
        return "holds" if ends["lower"] >= limit else "does not hold" if ends["upper"] < limit else "cannot be told"

    def part(key, share, limit):
        return {key: share}, word((share or {}).get("interval"), limit)

    back = next((part.get("back") for part in profile["modules"] if part["name"] == claim["modules"]), None)
    more = next((c["back"] for c in profile.get("contrasts", []) if (c["name"], c["than"]) == (claim["modules"], claim["than"])), None)
    found = [part("share", back, claim["share"]), part("contrast", more, 0)]
    cells = profile.get("cells")
    own = {"all attention": ("attention", ATTENTION), "all MLP": ("mlp", MLP)}.get(claim["modules"])
    if cells is None or own is None or f"effective_{own[0]}_layers" not in cells:
        return found + [({}, "cannot be told")]
    layers = {}
    for cell in cells["cells"]:
        layers.setdefault(cell["layer"], 0)
        layers[cell["layer"]] += cell["back"]["share"] if cell["module"] in own[1] else 0
    spread = {"effective": effective_number(layers.values()), "layers": len(layers)}
    ends = cells["effective_intervals"].get(f"{own[0]}_layers")
    if ends:
        spread["interval"] = ends
    return found + [({"spread": spread}, word(ends, claim["layers"] * len(layers)))]


def parts_of(claim, arms, methods, profile):
    """What is found and told of each part."""
    if "spread" in claim:
        return spread_of(claim["spread"], profile)
    if "costs" in claim:
        of = claim["costs"]
        found = methods[of["method"]]
        return [tell(found.estimate, [], lambda ends: costs_word(ends, of["share"], of["within"], found.open))]
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
    if found is None or any(not arm.is_whole for arm in arms) or "over_both" not in found:
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
            if not abs(here - there) <= TOLERANCE:
                sys.exit(f"{where}: {here!r} here, {there!r} there")
            self.figures += 1

    def names(self, where, here, there):
        """Names in their order."""
        if list(here) != list(there):
            sys.exit(f"{where}: {', '.join(map(str, here))} here, {', '.join(map(str, there))} there")

    def word(self, where, here, there):
        if here != there:
            sys.exit(f"{where}: '{here}' here, '{there}' there")
        self.words += 1


def check_form(where, form, claims, declared, runs, profile, compare):
    names = list(dict.fromkeys(run["arm"] for run in runs))
    arms = {name: Arm(name, [run for run in runs if run["arm"] == name], form["form"]) for name in names}
    methods = {}
    compare.names(f"{where}, methods", declared, [method["method"] for method in form["methods"]])
    for method in form["methods"]:
        name = f"{where}, {method['method']}"
        compare.names(name, declared[method["method"]], [rate["arm"] for rate in method["rates"]])
        found = Choice(declared[method["method"]], arms)
        for rate in method["rates"]:
            here, there = found.costs.get(rate["arm"]), rate.get("costs")
            compare.names(f"{name}, {rate['arm']}", [here is None], [there is None])
            for one, other in zip(here or [], there or [], strict=True):
                compare.figure(f"{name}, {rate['arm']}", one, other)
        compare.names(f"{name}, chosen", found.arms, method["arms"])
        compare.names(f"{name}, open", found.open, method["open"])
        compare.figure(name, found.estimate, method.get("estimate"))
        methods[method["method"]] = found
    ended = [arm.name for arm in arms.values() if arm.runs or arm.apart or arm.diverged]
    compare.names(f"{where}, arms", ended, [arm["arm"] for arm in form["arms"]])
    for arm in form["arms"]:
        own = arms[arm["arm"]]
        compare.figure(f"{where}, {arm['arm']}", estimate([own.runs]), arm.get("cost"))
        compare.figure(f"{where}, {arm['arm']}, apart", estimate([own.apart]), arm.get("apart"))
        compare.figure(f"{where}, {arm['arm']}, diverged", own.diverged, arm["diverged"])
    for claim, told in zip(claims, form["claims"], strict=True):
        name = f"{where}, {claim['claim']}"
        parts = parts_of(claim, arms, methods, profile)
        for (found, word), part in zip(parts, told["parts"], strict=True):
            for key in ("estimate", "share", "contrast", "spread"):
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


class Declared:
    """What the claims' file says there is. Its YAML is read by lines, which is enough for names and lists of one line."""

    def __init__(self, text):
        text = re.sub(r"(?m)^\s*#.*$", "", text)
        self.models = re.findall(r"(?m)^  - model: (.+)$", text)
        self.claims = re.findall(r"(?m)^  - claim: (.+)$", text)
        methods = re.findall(r"\{method: ([^,{}]+), arms: \[([^\]]*)\]\}", text)
        self.methods = {name: [arm.strip() for arm in arms.split(",")] for name, arms in methods}
        sections = re.split(r"(?m)^  - claim: ", text)[1:]
        self.parts = [self.count(section) for section in sections]
        self.limits = [{key: float(value) for key, value in re.findall(r"(share|within|layers): ([0-9.]+)", section)} for section in sections]

    @staticmethod
    def count(claim):
        """The pairs or arms that it names; 0 of a claim about a method or modules."""
        arms = re.search(r"arms: \[([^\]]*)\]", claim)
        return len(re.findall(r"\{what:", claim)) or (len(arms[1].split(",")) if arms else 0)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    declared = Declared(Path(sys.argv[1]).read_text())
    table = json.loads((Path(sys.argv[2]) / "results.json").read_text())
    compare = Comparison()
    compare.names("models", declared.models, [model["model"] for model in table["models"]])
    compare.names("claims", declared.claims, [claim["claim"] for claim in table["claims"]])
    for claim, parts, limits in zip(table["claims"], declared.parts, declared.limits, strict=True):
        own = len(claim.get("keeps_more", [])) or len(claim.get("keeps", {}).get("arms", []))
        compare.names(f"parts of {claim['claim']}", [parts], [own])
        told = claim.get("costs") or claim.get("keeps") or claim.get("spread") or {}
        compare.figure(f"limits of {claim['claim']}", limits, {key: told[key] for key in told if isinstance(told[key], float)})
    for model in table["models"]:
        experiment = json.loads(Path(model["results"]).read_text())
        profile = None
        if "diagnosis" in model:
            report = json.loads(Path(model["diagnosis"]).read_text())
            profile = report["candidates"][0]["diagnosis"]["profile"]
        also = experiment["header"].get("also")
        compare.names(f"{model['model']}, forms", ["raw"] + ([also["form"]] if also else []), [form["form"] for form in model["forms"]])
        names = model.get("arms", {})
        methods = {name: [names.get(arm, arm) for arm in arms] for name, arms in declared.methods.items()}
        for form in model["forms"]:
            where = f"{model['model']}, {form['form']}"
            taken_apart = profile if form["form"] == "raw" else None
            claims = [renamed(claim, names) for claim in table["claims"]]
            check_form(where, form, claims, methods, experiment["runs"], taken_apart, compare)
    print(f"claims: {compare.figures} figures and {compare.words} words are what this computes too")


main()
