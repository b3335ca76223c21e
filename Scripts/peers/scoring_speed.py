"""Scoring speed of Holdfast, lm-evaluation-harness and llama.cpp on the same requests, weights, threads and machine.

    Scripts/bench_peers.sh HOLDFAST [--tasks 8] [--items 100] [--rounds 3] [--peer-rounds 1] [--threads 2] [--out FILE]

lm-eval builds two workloads of tasks x items requests at eight shots from suites/core: `shared`, where a task's items
have the same demonstrations, and `own`, where each has its own. In every round Holdfast scores a workload's requests,
then lm-eval does (in the first --peer-rounds rounds: it takes minutes), and after `own` llama.cpp prefills 1,024 of its
tokens in each format. The table has medians; --out keeps every figure.

Exit codes: 0; 1 where Holdfast and lm-eval differ in a token id or by 1e-3 nats; 2 for bad options; 70 where a program
fails. Versions: requirements.txt.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import gguf

import lm_eval_tasks
import near_copies
import scoring_report

HERE = pathlib.Path(__file__).parent
FORMATS = ["F32", "BF16", "Q8_0", "Q4_1", "Q4_0"]
PREFILL = 1024


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Programs:
    """The three programs, each run as a process of its own in one environment, and timed."""

    def __init__(self, options, folder):
        self.options = options
        # Everything is on this machine: no hub is asked, and nothing is kept in the user's caches.
        self.environment = os.environ | {
            "OMP_NUM_THREADS": str(options.threads), "HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1",
            "HF_DATASETS_OFFLINE": "1",
        }

    def run(self, *command):
        """Seconds of wall time, and what was printed. Complaints are shown only where the program fails."""
        command = [str(part) for part in command]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            say(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
            sys.exit(70)
        return seconds, done.stdout

    def holdfast(self, requests, answers):
        """Seconds of the whole process: start, tokenizer, weights, scoring, output."""
        return self.run(
            self.options.holdfast, "score", "--model", self.options.gguf, "--threads", self.options.threads,
            "--requests", requests, "--out", answers,
        )[0]

    def lm_eval(self, tasks, *model):
        """Seconds of the whole process, and its record (see lm_eval_scoring.py)."""
        out = tasks / "record.json"
        seconds, _ = self.run(sys.executable, HERE / "lm_eval_scoring.py", "--tasks", tasks, "--out", out, *model)
        return seconds, json.loads(out.read_text(encoding="utf-8"))

    def llama(self, model, tokens):
        """Tokens a second, five times, and what the library was built for."""
        script = HERE / "llama_prefill.py"
        threads = self.options.threads
        _, printed = self.run(sys.executable, script, "--model", model, "--tokens", tokens, "--threads", threads)
        return json.loads(printed)


def workload(name, options, folder, programs, after_each_round=None):
    """The figures of a workload. `after_each_round` is called with the token ids of its requests."""
    tasks = folder / name
    lm_eval_tasks.write(options.suite, tasks, name, options.tasks, options.items)
    built = programs.lm_eval(tasks)[1]["requests"]
    requests, first, answers = (folder / f"{name}.{kind}.jsonl" for kind in ("requests", "first", "answers"))
    lines = [json.dumps({"context": context, "continuation": text}) + "\n" for context, text in built]
    requests.write_text("".join(lines))
    first.write_text(lines[0])
    model = ("--model", options.model, "--threads", options.threads, "--batch", options.batch)
    figures = {"requests": len(built), "start": [], "holdfast": [], "lm_eval_requests": [], "lm_eval_whole": []}
    for turn in range(options.rounds):
        figures["start"].append(programs.holdfast(first, answers))
        figures["holdfast"].append(programs.holdfast(requests, answers))
        say(f"{name}, round {turn + 1}: Holdfast {figures['holdfast'][-1]:.2f} s")
        ours = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
        if turn < options.peer_rounds:
            whole, record = programs.lm_eval(tasks, *model)
            if record["requests"] != built:
                say(f"{name}: lm-eval built other requests in its timed run")
                sys.exit(1)
            figures["lm_eval_whole"].append(whole)
            figures["lm_eval_requests"].append(record["seconds"])
            say(f"{name}, round {turn + 1}: lm-eval {record['seconds']:.2f} s, whole process {whole:.2f} s")
            # The worst of the rounds.
            for key, value in scoring_report.compare(ours, record).items():
                figures[key] = max(figures.get(key, 0), value)
        sequences, rows = scoring_report.token_rows(ours)
        figures |= rows
        if after_each_round:
            after_each_round(sequences)
    return figures


def count(top):
    """An option's type: a whole number from 1 to `top`."""

    def parse(text):
        if not text.isdecimal() or not 1 <= int(text) <= top:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to {top}")
        return int(text)

    return parse


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--holdfast", required=True)
    parser.add_argument("--gguf", type=pathlib.Path, required=True, help="the weights for Holdfast and llama.cpp")
    parser.add_argument("--model", required=True, help="the same weights as a Hugging Face folder in fp32, for lm-eval")
    parser.add_argument("--suite", type=pathlib.Path, default=pathlib.Path("suites/core-1"))
    for option, default, top in (
        ("--tasks", 8, len(lm_eval_tasks.TASKS)), ("--items", 100, lm_eval_tasks.ITEMS), ("--rounds", 3, 99),
        ("--peer-rounds", 1, 99), ("--threads", 2, 512), ("--batch", 16, 4096),
    ):
        parser.add_argument(option, type=count(top), default=default, metavar=f"1…{top}")
    parser.add_argument("--out", type=pathlib.Path, help="keeps the raw figures as JSON")
    options = parser.parse_args()
    options.peer_rounds = min(options.peer_rounds, options.rounds)

    heading = scoring_report.heading(options)
    # PyTorch's and llama.cpp's threads wait for each other in loops: other work costs them more than it costs Holdfast.
    if (load := heading["machine"]["load"]) > 0.5:
        say(f"the machine is busy (load {load:.1f}); the ratios hold only on an idle one")
    with tempfile.TemporaryDirectory(prefix="holdfast-peers-") as name:
        folder = pathlib.Path(name)
        programs = Programs(options, folder)
        # Q4_1 is the file as it was published.
        copies = {kind: options.gguf if kind == "Q4_1" else folder / f"{kind}.gguf" for kind in FORMATS}
        for kind, copy in copies.items():
            if copy != options.gguf:
                near_copies.copy(options.gguf, copy, gguf.GGMLQuantizationType[kind])
        prefills = {kind: [] for kind in FORMATS}
        systems = set()

        def prefill(sequences):
            stream = [token for sequence in sequences for token in sequence]
            tokens = folder / "tokens.json"
            # A small trial has fewer, and they come again.
            tokens.write_text(json.dumps((stream * math.ceil(PREFILL / len(stream)))[:PREFILL]))
            for kind, copy in copies.items():
                answer = programs.llama(copy, tokens)
                prefills[kind].append(answer["tokens_per_second"])
                systems.add(answer["system"])
                say(f"llama.cpp {kind}: {', '.join(f'{rate:.0f}' for rate in prefills[kind][-1])} tokens/s")

        report = heading | {
            "workloads": {
                "shared": workload("shared", options, folder, programs),
                "own": workload("own", options, folder, programs, prefill),
            },
            "prefill_tokens": PREFILL,
            "prefill_tokens_per_second": prefills,
            "llama_cpp_system": sorted(systems),
        }
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n")
    print(scoring_report.markdown(report))
    sys.exit(0 if scoring_report.agrees(report) else 1)


if __name__ == "__main__":
    main()
