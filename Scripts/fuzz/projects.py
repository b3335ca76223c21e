"""The project that every run mutates a copy of: tiny models in all forms, a suite, a baseline, a ledger with a verdict, recipes, data."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import inputs

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = REPOSITORY / "Tests/Goldens"

TASK = """task: {name}
family: {family}
version: 1
items: {name}.jsonl
template: "Q: {{input}}\\nA:"
answer_prefix: " "
separator: "\\n\\n"
stop: "\\n"
shots: [0, 1, 2]
block: 4
{pool}
conditions: [gold]
source: made for fuzzing
licence: CC0-1.0
"""
FILES = {
    "holdfast.yaml": """base: models/hf
baseline: baseline.json
suites: [suite]
ledger: ledger.sqlite
reports: reports
threads: 2
gate:
  max_drop: {overall: 0.05, family: 0.10}
  min_retention: off
  alpha_pass: 0.05
  on_inconclusive: exit3
fine_tuning:
  labels: [positive, negative]
  data: [data/train.jsonl]
""",
    "suite/suite.yaml": "suite: tiny\nversion: 1\nseed: 7\ndescription: for fuzzing\n",
    "recipe.yaml": """recipe: tiny
base: models/hf
data:
  train: data/train.jsonl
  test: data/test.jsonl
method: lora
lora: {r: 2, alpha: 4, dropout: 0.1, target_modules: [q_proj, v_proj], use_rslora: true}
mix: {icl: {share: 0.2, pool: data/pool.yaml, shots: [1, 2]}}
preserve: {lambda: 1, pool: data/pool.yaml, shots: [1], prompts: 1}
format: plain
learning_rate: 5e-4
schedule: cosine
warmup_steps: 1
steps: 2
batch: 2
seed: 1
evaluate_every: 2
""",
    "full.yaml": """recipe: full
base: models/hf
data: {train: data/train.jsonl, shuffle_labels: true}
format: {mustache: "{{prompt}}|{{completion}}"}
method: full
interpolate: 0.5
l2sp: 0.1
mix: {replay: {share: 0.2, count: 2, prompt: "a", temperature: 1, max_tokens: 4}}
promot: {length: 2, steps: 1, learning_rate: 0.01}
learning_rate: 1e-4
betas: [0.9, 0.99]
steps: 2
batch: 2
""",
    "experiment.yaml": """experiment: tiny
suite: suite
share: 1/2
steps: 2
checkpoints: [1, 2]
seeds: [1]
keep: last
base: true
arms:
  - {arm: a, recipe: recipe.yaml, learning_rate: 1e-4}
""",
    "data/pool.yaml": """tasks:
  - task: plural
    items: pool.jsonl
    template: "Q: {input}\\nA:"
    answer_prefix: " "
    separator: "\\n\\n"
    source: made
    licence: CC0-1.0
""",
    "data/text.txt": "A line of text.\n\nA paragraph that says echo 9 and word 9.\n" * 5,
}


def lines(make, count):
    return "".join(json.dumps(make(number)) + "\n" for number in range(count))


def sample(number):
    return {"prompt": f"Review: it was {number}.\nSentiment:", "completion": " positive" if number % 2 else " negative"}


def chat(number):
    return {
        "messages": [{"role": "user", "content": f"echo {number}"}, {"role": "assistant", "content": f"word {number}"}]
    }


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def files(folder):
    for name, text in FILES.items():
        write(folder, name, text)
    # 12 blocks of 4 a task: with fewer no family votes, and no gate comes to a verdict (docs/verdict.md, "Which tasks vote").
    for name, family, pool in (("echo", "copying", "pool: 8"), ("answer", "facts", "closed: 56")):
        write(folder, f"suite/{name}.yaml", TASK.format(name=name, family=family, pool=pool))
        items = lambda n: {
            "id": f"{name}-{n}",
            "input": f"{name} {n}",
            "output": f"word {n}",
            **({"aliases": [f"w{n}"]} if n == 9 else {}),
        }
        write(folder, f"suite/{name}.jsonl", lines(items, 56))
    write(folder, "data/train.jsonl", lines(sample, 10))
    write(folder, "data/chat.jsonl", lines(chat, 6))
    write(folder, "data/test.jsonl", lines(sample, 4))
    write(folder, "data/pool.jsonl", lines(lambda n: {"input": f"cat{n}", "output": f"cat{n}s"}, 8))
    write(folder, "data/array.json", json.dumps([sample(n) for n in range(6)], indent=1))
    write(
        folder,
        "data/table.csv",
        "prompt,completion\n" + "".join(f'"echo {n}, said ""x""",word {n}\n' for n in range(8)),
    )
    write(folder, "requests.jsonl", lines(lambda n: {"context": f"Hello {n}", "continuation": " world"}, 4))
    write(folder, "strings.jsonl", lines(lambda n: f"Hello, wörld {n} 😀", 4))
    goldens = GOLDENS / "checkpoints"
    for source, target in (
        (goldens / "llama-tied", "models/hf"),
        (goldens / "llama-untied", "models/sharded"),
        (goldens / "llama-f16", "models/f16"),
        (goldens / "split", "models/parts"),
        *((GOLDENS / "quantised" / name, f"models/quantised/{name}") for name in inputs.QUANTISED),
        (GOLDENS / "adapters/plain", "models/adapter"),
        (GOLDENS / "adapters/patterns", "models/patterns"),
        (GOLDENS / "adapters/rslora", "models/rslora"),
        (GOLDENS / "adapters/dora", "models/dora"),
        (GOLDENS / "adapters/modules-to-save", "models/saved"),
    ):
        shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("expected*"))
    for name in ("llama-tied", "llama-tied-q8_0", "llama-tied-f16", "llama-untied"):
        shutil.copy(goldens / f"{name}.gguf", folder / f"models/{name}.gguf")
    for source, target in (("blocks", "blocks"), ("llama-low-bits", "low-bits")):
        shutil.copy(GOLDENS / f"quantisation/{source}.gguf", folder / f"models/{target}.gguf")


def knowing(text):
    """The baseline of a base that once answered everything after a demonstration, so that candidates can be judged."""
    result = []
    for line in text.split("\n"):
        if re.search(r'"k":[12],', line):
            line = line.replace('"exact_match":0', '"exact_match":1')
        line = line.replace('"admitted":false', '"admitted":true')
        result.append(re.sub(r'"reason":"[^"]*"', '"reason":null', line))
    return "\n".join(result)


def template(program, folder):
    """Makes the project, with what the program itself writes. Raises where it does not do that."""
    files(folder)

    def run(*arguments, codes=(0,)):
        done = subprocess.run(
            [program, *arguments], cwd=folder, capture_output=True, text=True, env=environment(), timeout=120
        )
        if done.returncode not in codes:
            raise SystemExit(
                f"the project cannot be made: {' '.join(arguments)}: exit {done.returncode}: {done.stderr[-500:]}"
            )

    run("baseline", "save")
    baseline = folder / "baseline.json"
    baseline.write_text(knowing(baseline.read_text()))
    run("run", "--model", "models/hf")
    run("gate", "--candidate", "models/adapter", codes=(1,))
    run("train", "recipe.yaml", "--out", "out/trained")


def environment():
    # A trace of the stack would take longer than the run itself; the signal says enough.
    kept = {key: value for key, value in os.environ.items() if key not in ("CI", "HOLDFAST_MODELS")}
    return kept | {
        "SWIFT_BACKTRACE": "enable=no",
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
    }


def copy(template, folder):
    """A run's own copy. No links: one that another run makes or removes would change the file's times under this one."""
    shutil.copytree(template, folder)


def replace(path, data):
    with open(path, "wb") as file:
        file.write(data)


def listing(folder):
    return {os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names}
