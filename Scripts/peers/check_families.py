#!/usr/bin/env python3
"""Compares what Holdfast writes for every model family with what `transformers` and `peft` make of it.

Needs Python 3.11 with torch, transformers and peft (see Scripts/goldens/requirements.txt). Run from the repository's
root, after `make build`:

    python Scripts/peers/check_families.py .build/release/holdfast [--tolerance 1e-3] [--keep FOLDER] [NAME …]

For each tiny checkpoint of Tests/Goldens/families that tests compute, and for its GGUF where there is one, `holdfast`
writes an adapter of noise (perturb), trains the whole model for two steps (full), and an adapter on all projections
(lora). peft puts the adapters on the folder, transformers loads the trained folder, both in fp32 with eager attention;
the log probabilities of the same requests are those of `holdfast score` on what was written, or on the base with the
adapter. `moved` says by how many nats the writing itself moves a log probability: where it is small, an equal result
would show nothing.

Prints a line for each, and exits with 1 where a difference is above the tolerance or a step fails.
"""

import argparse
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

import peft
import torch
import transformers

from check_model_folder import compare, lines, load

ROOT = pathlib.Path(__file__).parents[2]
FAMILIES = ROOT / "Tests/Goldens/families"
PAIRS = [("hot", "cold"), ("up", "down"), ("left", "right"), ("day", "night"), ("old", "young"), ("full", "empty")]
RECIPE = {"data": {"train": "data.jsonl"}, "learning_rate": 1e-2, "steps": 2, "batch": 3}
METHODS = {
    "full": {"method": "full"},
    "lora": {"method": "lora", "lora": {"r": 4, "alpha": 8, "dropout": 0, "target_modules": "all-linear"}},
}
# peft with transformers 5 takes the dense layers' gate_proj, up_proj and down_proj for those of the experts.
BEYOND_PEFT = {("qwen3_moe-mixed", "lora")}
# A writing that moves no log probability by this much is none.
FELT = 1e-2


def names():
    """The folders that FamilyParityTests computes."""
    text = (ROOT / "Tests/TransformerTests/FamilyParityTests.swift").read_text()
    found = re.search(r"static let folders = \[(.*?)\]", text, re.S)
    return re.findall(r'"([^"]+)"', found[1])


def requests():
    """Printable ASCII, from one token to nearly a hundred: longer than the windows, and than 64, what rotary scalings
    start from; phi3-longrope has a hundred before its factors change, and Holdfast takes no more."""
    shots = [f"Q: {question}\nA: {answer}\n\n" for question, answer in PAIRS]
    rows = [("", "Q: hot"), ("Q: ", "up"), ("Q: hot\nA:", " cold"), ("x = [3, 41]; print(max(x))", " # 41")]
    rows += [("".join(shots[:count]) + "Q: deep\nA:", " shallow") for count in (1, 2, 4, 5)]
    rows += [("".join(shots[1:]) + "Q: strong\nA:", answer) for answer in (" weak", " 7\n\n")]
    return [{"context": context, "continuation": continuation} for context, continuation in rows]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


class Checker:
    def __init__(self, program, scratch, tolerance):
        self.program, self.scratch, self.tolerance = program, scratch, tolerance
        self.requests = requests()
        write_lines(scratch / "requests.jsonl", self.requests)
        write_lines(scratch / "data.jsonl", [{"prompt": f"Q: {q}\nA:", "completion": f" {a}"} for q, a in PAIRS])

    def holdfast(self, *arguments):
        command = [self.program, *map(str, arguments), "--threads", "1"]
        if arguments[0] == "perturb":
            command = command[:-2]
        done = subprocess.run(command, cwd=self.scratch, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments[0]} ends with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")

    def scores(self, model, *adapter):
        path = self.scratch / "scores.jsonl"
        path.unlink(missing_ok=True)
        self.holdfast("score", "--model", model, *adapter, "--requests", "requests.jsonl", "--out", path)
        return lines(path)

    def write(self, source, form, out):
        if form == "perturb":
            self.holdfast("perturb", "--model", source, "--scale", 0.3, "--out", out)
            return out
        recipe = self.scratch / f"{out.name}.yaml"
        recipe.write_text(json.dumps({"recipe": form, "base": str(source)} | RECIPE | METHODS[form]))
        self.holdfast("train", recipe, "--out", out)
        return out / "checkpoint-2"

    def check(self, folder, source, form):
        """The largest difference, how far the writing moved, and the trouble, if any."""
        out = self.write(source, form, self.scratch / f"{source.name}-{form}")
        is_adapter = form != "full"
        written = self.scores(source, "--adapter", out) if is_adapter else self.scores(out)
        moved = max(abs(a["logprob"] - b["logprob"]) for a, b in zip(self.scores(source), written, strict=True))
        tokenizer, model, loading = load(folder if is_adapter else out)
        if is_adapter:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                model = peft.PeftModel.from_pretrained(model, out).eval()
            said = [str(warning.message) for warning in caught if "adapter keys" in str(warning.message)]
            loading = {"peft": said} if said else {}
        largest, flips, _ = compare(model, tokenizer, self.requests, written, self.tolerance)
        trouble = [f"{kind}: {str(found[0])[:160]}" for kind, found in loading.items()]
        trouble += [f"{flips} greedy flags"] * (flips > 0) + ["moves nothing"] * (moved < FELT)
        return largest, moved, "; ".join(trouble)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    parser.add_argument("--keep", type=pathlib.Path, help="where to leave what was written; it must not be there")
    parser.add_argument("names", nargs="*", help="only these")
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()

    failed, worst = 0, 0.0
    with contextlib.ExitStack() as stack:
        if options.keep:
            options.keep.mkdir(parents=True)
        scratch = options.keep or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        checker = Checker(options.program.resolve(), scratch.resolve(), options.tolerance)
        print(f"{'family':32} {'form':8} {'nats':>8} {'moved':>7}")
        for name in options.names or names():
            for source in (FAMILIES / name, FAMILIES / f"{name}.gguf"):
                for form in ("perturb", *METHODS) if source.exists() else ():
                    if (name, form) in BEYOND_PEFT:
                        continue
                    try:
                        largest, moved, trouble = checker.check(FAMILIES / name, source, form)
                        failed += largest > options.tolerance or trouble != ""
                        worst = max(worst, largest)
                        print(f"{source.name:32} {form:8} {largest:8.1e} {moved:7.2f} {trouble}", flush=True)
                    except Exception as problem:
                        failed += 1
                        print(f"{source.name:32} {form:8} {type(problem).__name__}: {problem}", flush=True)
    print(f"largest difference {worst:.1e} nats (allowed {options.tolerance:g}); {failed} fail")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
