"""Writes goldens.json: the generator, draws, prompts and request ids of target Suites, from this second implementation.

Python 3 standard library only. Run from anywhere: python3 make_goldens.py
"""

import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
SMOKE = HERE.parents[2] / "suites" / "smoke"
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, count):
        while True:
            product = self.next() * count
            if product & MASK >= (1 << 64) % count:
                return product >> 64


def canonical(*fields):
    data = b""
    for field in fields:
        if isinstance(field, str):
            text = field.encode()
            data += len(text).to_bytes(8, "little") + text
        elif isinstance(field, list):
            data += len(field).to_bytes(8, "little") + canonical(*field)
        else:
            data += field.to_bytes(8, "little")
    return data


def digest(*fields):
    return hashlib.sha256(canonical(*fields)).digest()


def take(items, generator):
    index = generator.below(len(items))
    items[index], items[-1] = items[-1], items[index]
    return items.pop()


def draw(suite_seed, task, first, number, candidates, wanted, labels=None):
    seed = digest("holdfast draw 1", suite_seed, task, first, number)[:8]
    generator = SplitMix64(int.from_bytes(seed, "little"))
    if labels is None:
        candidates = list(candidates)
        return [take(candidates, generator) for _ in range(wanted)]
    by_label = [[c for c in candidates if c["output"] == label] for label in labels]
    drawn = []
    while len(drawn) < wanted:
        order = list(range(len(labels)))
        while order and len(drawn) < wanted:
            drawn.append(take(by_label[take(order, generator)], generator))
    return drawn


def request_id(context, continuation, special, rule):
    fields = ["holdfast request 1", context, continuation, int(special), int(rule is not None)]
    if rule is not None:
        fields += [rule["accepted"], rule["stop"]]
    return digest(*fields).hex()


def smoke():
    """Draws and the last item's prompt at k = 1 of two blocks of every smoke task (pool of 16, blocks of 4)."""
    rows = []
    for path in sorted(SMOKE.glob("*.jsonl")):
        items = [json.loads(line) for line in path.read_text().splitlines()]
        for block in (0, 11):
            members = items[16 + 4 * block : 20 + 4 * block]
            for number in (0, 1):
                shown = draw(1, path.stem, members[0]["id"], number, items[:16], 4)
                last = members[-1]
                context = f"Q: {shown[0]['input']}\nA: {shown[0]['output']}\n\nQ: {last['input']}\nA:"
                rule = {"accepted": [last["output"]], "stop": "\n"}
                rows.append({
                    "task": path.stem, "block": block, "draw": number, "drawn": [item["id"] for item in shown],
                    "item": last["id"], "context": context, "continuation": " " + last["output"],
                    "request": request_id(context, " " + last["output"], True, rule),
                })
    return rows


def labelled():
    """A pool of 15 with three labels, drawn 11 times deep: not a multiple of the labels."""
    labels = ["red", "green", "blue"]
    pool = [{"id": f"p{i}", "input": f"pool {i}", "output": labels[i * 7 % 3]} for i in range(15)]
    drawn = {n: [c["id"] for c in draw(99, "colours", "s0", n, pool, 11, labels)] for n in range(3)}
    return {"drawn": [drawn[n] for n in range(3)]}


def main():
    generator = SplitMix64(1234567)
    bounded = SplitMix64(42)
    requests = [
        {"context": "Q: go\nA:", "continuation": " went", "special": True, "rule": None},
        {"context": "Q: go\nA:", "continuation": " went", "special": False, "rule": None},
        {"context": "Q: go\nA:", "continuation": " went", "special": True, "rule": {"accepted": ["went"], "stop": "\n"}},
        {"context": "", "continuation": "né 日本", "special": True, "rule": {"accepted": ["né 日本", "n"], "stop": ""}},
    ]
    for request in requests:
        request["id"] = request_id(request["context"], request["continuation"], request["special"], request["rule"])
    golden = {
        "splitmix": [str(generator.next()) for _ in range(5)],
        "below": [bounded.below(count) for count in [1, 2, 3, 7, 64, 1000, (1 << 62) + 1] * 4],
        "requests": requests,
        "smoke": smoke(),
        "labelled": labelled(),
    }
    (HERE / "goldens.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")


main()
