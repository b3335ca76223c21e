"""Makes goldens.json: an independent reading of the overlap checks, with Python's Unicode tables.

Normalised: NFKC, lower case, no punctuation, single spaces (apostrophes vanish, other signs part words); the checks on
n-grams and near-duplicates fold digits to 0 as well.
"""

import json
import re
import unicodedata
from pathlib import Path


def normalise(text, fold):
    result = []
    for sign in unicodedata.normalize("NFKC", text).lower():
        kind = unicodedata.category(sign)
        if sign in "'’‘" or kind == "Cf":
            continue
        if kind == "Nd":
            result.append("0" if fold else str(unicodedata.decimal(sign)))
        else:
            result.append(" " if kind[0] in "PSZC" else sign)
    return " ".join("".join(result).split())


def longest_run(first, second):
    best = 0
    for i in range(len(first)):
        for j in range(len(second)):
            length = 0
            while i + length < len(first) and j + length < len(second) and first[i + length] == second[j + length]:
                length += 1
            best = max(best, length)
    return best


def grams(text):
    return {text[i : i + 5] for i in range(max(1, len(text) - 4))}


def jaccard(first, second):
    return len(first & second) / len(first | second)


EQUAL = [
    ("go home", "Go home!"), ("don't go", "dont go"), ("don't go", "don’t go"), ("don't go", "don t go"),
    ("café noir", "CAFÉ NOIR"), ("café noir", "cafe\u0301 noir"), ("café noir", "cafe noir"),
    ("ﬁne print", "FINE print"), ("Ａｂｃ １２", "abc 12"), ("abc 12", "abc 13"), ("x² + 1", "x2 1"),
    ("Việt Nam", "Vie\u0302\u0323t Nam"), ("Việt Nam", "Vie\u0323\u0302t Nam"), ("12 + 7", "11 + 8"),
    ("well-known", "well known"), ("wellknown", "well-known"), ("straße", "STRASSE"), ("٣ apples", "3 apples"),
    ("soft\u00adhyphen", "softhyphen"), ("한국 말", "\u1112\u1161\u11ab\u1100\u116e\u11a8 말"), ("ΜΕΡΑ ΝΥΧΤΑ", "μερα νυχτα"),
]

LONG = (
    "The harbour pilots asked in 1984 whether the old lighthouse could be painted again before the winter storms "
    "came back to the coast"
)
WORDS = LONG.split()
SHORT = "Seven grey herons stood beside the frozen pond today"
SHORT_WORDS = SHORT.split()
RUNS = [
    (LONG, "They said: " + " ".join(WORDS[3:16]) + " and so on"),
    (LONG, "They said: " + " ".join(WORDS[3:15]) + " and so on"),
    (LONG, "They wrote in 2021, " + " ".join(WORDS[:18]).replace("1984", "2021").lower()),
    (LONG, "A note.\n" + LONG.upper() + "!\nThe end."),
    (SHORT, "Look: " + " ".join(SHORT_WORDS[:8]) + " and more"),
    (SHORT, "Look: " + " ".join(SHORT_WORDS[:7]) + " and more"),
]

NEAR = [
    ("The sequel is even better than the brilliant first film.", "The sequel was even better than the brilliant first film!"),
    ("The sequel is even better than the brilliant first film.", "The prequel is even worse than that terrible last film."),
    ("Ice on the bridges made driving dangerous this morning.", "Ice on the bridges made driving dangerous that morning."),
    ("Train 4711 leaves platform 12 at noon every working day", "Train 9902 leaves platform 7 at noon every working day"),
    ("Le café de la gare était fermé pendant tout l'hiver", "Le café de la gare était fermé pendant tout l'été"),
    ("Le café de la gare était fermé pendant tout l'hiver", "La gare de la ville était ouverte pendant tout l'été"),
]

TEMPLATES = [("Q: {input}\nA:", "q: ", " a:"), ("Q: {input}\nA:", "question: ", " answer:"), ("Review: {input}\nMood:", "review: ", " mood:")]


def template_grams(before, after):
    return grams(re.sub(r"\s+", " ", (before + "\0" + after).lower()))


golden = {
    "equal": [
        {"item": a, "data": b, "equal": normalise(a, False) == normalise(b, False)} for a, b in EQUAL
    ],
    "runs": [
        {
            "item": a,
            "data": b,
            "words": len(normalise(a, True).split()),
            "longest": longest_run(normalise(a, True).split(), normalise(b, True).split()),
        }
        for a, b in RUNS
    ],
    "near": [{"item": a, "data": b, "jaccard": jaccard(grams(normalise(a, True)), grams(normalise(b, True)))} for a, b in NEAR],
    "templates": [
        {
            "suite": template,
            "before": before,
            "after": after,
            "jaccard": jaccard(template_grams(*template.split("{input}")), template_grams(before, after)),
        }
        for template, before, after in TEMPLATES
    ],
}
Path(__file__).with_name("goldens.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
