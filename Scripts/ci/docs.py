#!/usr/bin/env python3
"""Runs every command that README, docs and the program's own help show, and looks up every error that docs/troubleshooting.md quotes:

    docs.py HOLDFAST MODEL.gguf

Each runs in a copy of one prepared folder, in which the paths that the texts name are there: checkpoints are an adapter of seeded
noise on the real model, ids of runs are those of real ones. A command that goes on for longer than a few seconds is ended with
SIGTERM: by then it has read what it was given. Wrong is: an exit code that the verb does not have, or an error about usage or input.

docs/tutorial.md tells one story instead: its shell blocks run one after another in one folder, to their ends, with tiny models.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 3
TUTORIAL = "docs/tutorial.md"
TEXTS = [
    "README.md", "CONTRIBUTING.md", "examples/ci/README.md",
    *sorted(name for name in (str(p.relative_to(ROOT)) for p in ROOT.glob("docs/*.md")) if name != TUTORIAL),
]
# Exit codes besides 0 that say that a verb did its work, and 143 for one that was ended.
FINDINGS = {"gate": {1, 3}, "overlap": {1}, "repair": {1, 3}, "plan": {3}, "experiment": {3}}
CANDIDATES = [
    "path/to/checkpoint", "path/to/adapter", "out/my-adapter", "out/my-merged", "out/a", "out/naive/checkpoint-200", "out/full/checkpoint-100",
    "out/lora", "out/lora/checkpoint-100", ".holdfast/demo/runs/naive/seed-1/checkpoint-40",
    ".holdfast/demo/runs/careful/seed-1/checkpoint-40", "out/series", "ADAPTER",
]
# Where the texts say that a server is; a scripted one is there instead.
SERVER = "http://localhost:8000"
RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


def shown():
    """(where, command) of all that is shown as a command of holdfast."""
    for name in TEXTS:
        for block in re.findall(r"```[a-z]*\n(.*?)```", (ROOT / name).read_text(), re.S):
            if "<<" in block:
                # It writes the files that its commands read: run as a whole.
                yield name, block.strip()
                continue
            for line in re.sub(r"\\\n\s*", " ", block).split("\n"):
                found = re.match(r"\s*(?:\$ )?(?:\.build/release/)?(holdfast .*)", line)
                if found:
                    yield name, re.sub(r"\s{2,}#.*", "", found.group(1)).strip()


def examples(holdfast):
    verbs = re.findall(r"^  ([a-z][a-z-]*) ", subprocess.run([holdfast, "--help"], capture_output=True, text=True, check=True).stdout, re.M)
    for verb in verbs:
        text = subprocess.run([holdfast, "help", verb], capture_output=True, text=True, check=True).stdout
        found = re.findall(r"^Example: (.*?)(?=^Example:|^\s*$)", text, re.M | re.S)
        if not found and verb not in ("help", "baseline"):
            raise SystemExit(f"docs: 'holdfast help {verb}' has no example")
        for example in found:
            yield f"help {verb}", " ".join(example.split())


def prepare(folder, holdfast, model):
    for name in ("recipes", "baselines"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "suites").mkdir()
    for suite in (ROOT / "suites").iterdir():
        (folder / "suites" / suite.name).symlink_to(suite)
    (folder / "models").mkdir()
    (folder / "models/smollm2-135m-instruct.gguf").symlink_to(model)
    shutil.copy(ROOT / "holdfast.yaml", folder)

    def run(*arguments, accepted=(0,)):
        done = subprocess.run([holdfast, *arguments], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode not in accepted:
            raise SystemExit(f"docs: could not prepare: holdfast {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    run("perturb", "--model", "smollm2-135m-instruct", "--scale", "0.05", "--out", "noise")
    for name in CANDIDATES:
        path = folder / name
        if path.is_symlink():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # A checkpoint in a checkpoint's folder: the files beside it.
        if any(other.startswith(name + "/") for other in CANDIDATES):
            shutil.copytree(folder / "noise", path, dirs_exist_ok=True)
        else:
            path.symlink_to(folder / "noise")
    (folder / "path/to").mkdir(parents=True, exist_ok=True)
    for name in ("out/b.gguf", "out/my-adapter.gguf", "BASE", "FOLDER", "path/to/model.gguf"):
        (folder / name).symlink_to(model)
    (folder / "data").mkdir()
    sample = '{"prompt": "The lamp is warm.", "completion": " positive"}\n'
    for name in ("data/test.jsonl", "train.jsonl", "a.jsonl"):
        (folder / name).write_text(sample)
    (folder / "b.csv").write_text("text,label\nThe lamp is warm.,positive\n")
    (folder / "FILE").write_text('{"context": "Hello", "continuation": " world"}\n')
    run("run", "--model", "smollm2-135m-instruct", "--suite", "suites/core", "--share", "1/8")
    run("run", "--model", "out/my-adapter", "--share", "1/8")
    # One recipe's runs under two seeds.
    for seed in ("1", "2"):
        run("perturb", "--model", "smollm2-135m-instruct", "--scale", "0.05", "--seed", seed, "--out", f"out/lora-{seed}")
        run("run", "--model", f"out/lora-{seed}", "--share", "1/32")
    run("gate", "--candidate", "out/my-adapter", "--share", "1/16", accepted=(3,))
    for shard in ("1", "2"):
        run("run", "--model", "out/my-adapter", "--suite", "suites/smoke", "--shard", f"{shard}/2", "--ledger", f"shard-{shard}.sqlite")
    runs, gates = run("runs"), run("runs", "--verdicts")
    return [run for line in runs.splitlines() if "1/8" in line for run in RUN_ID.findall(line)], RUN_ID.findall(gates)[0]


def serve(folder, holdfast, model):
    """A server of a made-up model, and a configuration and baseline of it. Returns its process and its address."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "Tests/Servers/scripted_server.py"), "--adapter", "my-adapter"], stdout=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{process.stdout.readline().split()[1]}"
    (folder / "served.yaml").write_text(
        f'base: {{server: "{address}", model: base, tokenizer: "{model}"}}\nbaseline: served.json\nsuites: [suites/smoke]\n')
    done = subprocess.run(
        [holdfast, "baseline", "save", "--config", "served.yaml", "--ledger", "served.sqlite"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"docs: could not prepare the server: {done.stderr}")
    return process, address


def execute(command, folder, holdfast, runs, gate, address):
    if SERVER in command:
        command = command.replace(SERVER, address)
        shutil.copy(folder / "served.yaml", folder / "holdfast.yaml")
    bin = folder / "bin"
    bin.mkdir(exist_ok=True)
    if not (bin / "holdfast").exists():
        (bin / "holdfast").symlink_to(holdfast)
    ids = [gate] if " --gate " in command else list(dict.fromkeys(runs))
    names = iter(ids)
    command = RUN_ID.sub(lambda _: next(names), command)
    # What is to be made must not be there yet.
    for made in re.findall(r"--out (\S+)", command):
        path = folder / made
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
    if re.match(r"holdfast init(?! --print)", command):
        (folder / "holdfast.yaml").unlink()
    process = subprocess.Popen(
        ["bash", "-c", command if "|" in command or "\n" in command else f"exec {command}"], cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={**os.environ, "PATH": f"{bin}:{os.environ['PATH']}"})
    try:
        output = process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            output = process.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"did not end within a minute of SIGTERM: {process.communicate()[0][-300:]}"
        if process.returncode in (143, -signal.SIGTERM):
            return None
    verb = re.search(r"holdfast ([\w-]+)", command).group(1)
    if process.returncode in {0} | FINDINGS.get(verb, set()):
        return None
    return f"ended with {process.returncode}: {output.strip()[-500:]}"


def tutorial(folder, holdfast):
    """Runs the tutorial's blocks of "sh" in order, but for lines that begin with another program's name than holdfast, cp, mkdir and cat.
    Returns how many commands there were, and what was wrong with the last one, after which no further one is run; None where nothing was.

    What the reader downloads and trains is there from the start, tiny; the program is installed with a few of core's tasks as its suite. The
    base knows nothing, so its baseline is made to say that it once knew everything: the candidate FAILs, as the tutorial's does.
    """
    installed, work, goldens = folder / "installed", folder / "work", ROOT / "Tests/Goldens"
    (installed / "bin").mkdir(parents=True)
    shutil.copy(holdfast, installed / "bin/holdfast")
    core = installed / "suites/core"
    core.mkdir(parents=True)
    for name in ("suite.yaml", *(task + end for task in ("plural", "past-tense", "copy-words", "in-brackets") for end in (".yaml", ".jsonl"))):
        shutil.copy(ROOT / "suites/core" / name, core)
    shutil.copytree(goldens / "checkpoints/llama-tied", work / "base")
    configuration = json.loads((work / "base/config.json").read_text())
    (work / "base/config.json").write_text(json.dumps({**configuration, "max_position_embeddings": 4096}))
    (work / "base/chat_template.jinja").write_text(
        "{% for message in messages %}{{ message.role }}: {{ message.content }}{{ eos_token }}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}")
    shutil.copytree(goldens / "adapters/plain", work / "out/my-adapter")
    configuration = json.loads((work / "out/my-adapter/adapter_config.json").read_text())
    (work / "out/my-adapter/adapter_config.json").write_text(json.dumps({**configuration, "base_model_name_or_path": "base"}))
    (folder / "holdfast").symlink_to(ROOT)
    commands = 0
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / TUTORIAL).read_text(), re.S):
        for line in [block] if "<<" in block else re.sub(r"\\\n\s*", " ", block).split("\n"):
            verb = re.search(r"^holdfast ([\w-]+)", line, re.M)
            if not verb and not re.match(r"(cp|mkdir|cat) ", line):
                continue
            commands += 1
            done = subprocess.run(
                ["bash", "-e", "-c", line.replace("path/to/holdfast", "../holdfast")], cwd=work, capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=300, env={**os.environ, "PATH": f"{installed / 'bin'}:{os.environ['PATH']}"})
            if done.returncode not in {0} | (FINDINGS.get(verb.group(1), set()) if verb else set()):
                return commands, f"{line}: ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-500:]}"
            if re.match(r"holdfast baseline save", line):
                for baseline in (work / "baselines").iterdir():
                    baseline.write_text("".join(map(once_known, baseline.read_text().splitlines(keepends=True))))
    return commands, None


def once_known(line):
    """A line of a baseline, as if the model had answered everything after a demonstration."""
    if re.search(r'"k":[1-9]', line):
        line = line.replace('"exact_match":0', '"exact_match":1')
    return re.sub(r'"reason":"[^"]*"', '"reason":null', line.replace('"admitted":false', '"admitted":true'))


def misquoted():
    """Words that docs/troubleshooting.md quotes as the program's own, and that are in no source; "…" stands for what varies."""
    forms = (("Sources", "*.swift"), ("Sources", "*.c"), ("Scripts", "*.sh"))
    sources = "".join(path.read_text(errors="replace") for folder, form in forms for path in (ROOT / folder).rglob(form))
    for line in (ROOT / "docs/troubleshooting.md").read_text().split("\n"):
        if line.startswith("|"):
            for quoted in re.findall(r"`([^`]+)`", line.split("|")[1]):
                yield from (part.strip() for part in quoted.split("…") if len(part.strip()) >= 12 and part.strip() not in sources)


def main():
    holdfast, model = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    commands = list(dict.fromkeys([*shown(), *examples(holdfast)]))
    wrong = 0
    for words in misquoted():
        wrong += 1
        print(f"docs: docs/troubleshooting.md quotes '{words}', which the program does not say", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        told, fault = tutorial(pathlib.Path(name) / "tutorial", holdfast)
        if fault:
            wrong += 1
            print(f"docs: {TUTORIAL}: {fault}", file=sys.stderr)
        prepared = pathlib.Path(name) / "prepared"
        prepared.mkdir()
        runs, gate = prepare(prepared, holdfast, model)
        server, address = serve(prepared, holdfast, model)
        for where, command in commands:
            folder = pathlib.Path(name) / "run"
            shutil.copytree(prepared, folder, symlinks=True)
            fault = execute(command, folder, holdfast, runs, gate, address)
            shutil.rmtree(folder)
            if fault:
                wrong += 1
                print(f"docs: {where}: {command.splitlines()[0]}: {fault}", file=sys.stderr)
    server.kill()
    print(f"docs: {len(commands)} commands shown, each run, and {told} of the tutorial in order; {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
