"""The report of scoring_speed.py: what it ran on, rows, differences, table. Nothing to run."""

import datetime
import hashlib
import importlib.metadata
import math
import os
import platform
import re
import statistics
import subprocess

TOLERANCE = 1e-3  # nats


def heading(options):
    """Machine, versions and options."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        processor = re.search(r"^model name\s*: (.*)", file.read(), re.MULTILINE)
    version = subprocess.run([options.holdfast, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    packages = ("lm_eval", "transformers", "torch", "numpy", "gguf", "llama-cpp-python")
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "processor": processor.group(1) if processor else platform.machine(),
            "cores": len(os.sched_getaffinity(0)),
            "load": os.getloadavg()[0],
            "system": platform.platform(),
        },
        "versions": {"holdfast": version, "python": platform.python_version()}
        | {package: importlib.metadata.version(package) for package in packages},
        "model": {"file": options.gguf.name, "sha256": hashlib.sha256(options.gguf.read_bytes()).hexdigest()},
        "options": {
            key: getattr(options, key) for key in ("tasks", "items", "rounds", "peer_rounds", "threads", "batch")
        },
    }


def token_rows(answers):
    """The rows that a model is fed for Holdfast's answers, plain and as the nodes of their trie."""
    sequences = [(line["context_tokens"] + line["tokens"])[:-1] for line in answers]
    nodes = {}
    for sequence in sequences:
        node = 0
        for token in sequence:
            node = nodes.setdefault((node, token), len(nodes) + 1)
    plain = sum(map(len, sequences))
    keys = sum(len(sequence) * (len(sequence) + 1) // 2 for sequence in sequences)
    return sequences, {"rows": plain, "distinct_rows": len(nodes), "keys_a_row": keys / plain}


def compare(ours, theirs):
    """Holdfast's answers beside lm-eval's record; a difference that is no number counts as infinite."""
    differences = [abs(line["logprob"] - logprob) for line, logprob in zip(ours, theirs["logprobs"], strict=True)]
    ids = [[line["context_tokens"], line["tokens"]] for line in ours]
    greedy = [line["is_greedy"] for line in ours]
    return {
        "largest_difference": max(math.inf if math.isnan(value) else value for value in differences),
        "token_ids_that_differ": sum(own != other for own, other in zip(ids, theirs["tokens"], strict=True)),
        "greedy_flags_that_differ": sum(own != other for own, other in zip(greedy, theirs["is_greedy"], strict=True)),
    }


def agrees(report):
    """Whether every workload has the same token ids and no score differs by the tolerance."""
    return all(
        work["token_ids_that_differ"] == 0 and work["largest_difference"] < TOLERANCE
        for work in report["workloads"].values()
    )


def markdown(report):
    machine, versions, options = report["machine"], report["versions"], report["options"]
    peers = ", ".join(f"{name} {version}" for name, version in versions.items() if name != "holdfast")
    lines = [
        f"{report['date']}: {machine['processor']}, {machine['cores']} cores ({options['threads']} threads a "
        f"program), load {machine['load']:.1f} before the run, {machine['system']}",
        f"Holdfast {versions['holdfast']}; {peers}",
        f"{report['model']['file']} (sha256 {report['model']['sha256'][:12]}…); lm-eval has the same weights in fp32, "
        f"batches of {options['batch']}",
        "",
        "| workload | requests | token rows | distinct | Holdfast, whole process | lm-eval, requests | ratio | "
        "lm-eval, whole process | ratio | largest difference |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, work in report["workloads"].items():
        ours, requests, whole = (
            statistics.median(work[key]) for key in ("holdfast", "lm_eval_requests", "lm_eval_whole")
        )
        lines.append(
            f"| {name} | {work['requests']:,} | {work['rows']:,} | {work['distinct_rows']:,} | {ours:.2f} s | "
            f"{requests:.2f} s | {requests / ours:.1f} | {whole:.2f} s | {whole / ours:.1f} | "
            f"{work['largest_difference']:.1e} nats |"
        )
    own = report["workloads"]["own"]
    start = statistics.median(own["start"])
    scoring = statistics.median(own["holdfast"]) - start
    # A trial of a few requests can take no longer than one.
    rate = own["distinct_rows"] / scoring if scoring > 0 else math.nan
    lines += [
        "",
        f"| llama.cpp, prefill of {report['prefill_tokens']:,} tokens | tokens/s | Holdfast on `own`, rows/s | ratio |",
        "|---|--:|--:|--:|",
    ]
    for kind, rounds in report["prefill_tokens_per_second"].items():
        theirs = statistics.median(speed for speeds in rounds for speed in speeds)
        lines.append(f"| {kind} | {theirs:,.0f} | {rate:,.0f} | {rate / theirs:.2f} |")
    differ = {name: work["greedy_flags_that_differ"] for name, work in report["workloads"].items()}
    lines += [
        "",
        f"Medians of {options['rounds']} rounds ({options['peer_rounds']} of lm-eval). Rows/s are distinct rows over "
        f"the process's time less a process's with one request, {start:.2f} s.",
        f"A row of `own` attends to {own['keys_a_row']:.0f} keys in the mean, a prefilled token to "
        f"{(report['prefill_tokens'] + 1) / 2:.0f}; Holdfast's weights are the file's own (Q4_1 and Q8_0), its "
        "arithmetic fp32.",
        "Greedy flags that differ: " + ", ".join(f"{count} in {name}" for name, count in differ.items()) + ".",
    ]
    for name, work in report["workloads"].items():
        if work["token_ids_that_differ"]:
            lines.append(f"NOT equal: {work['token_ids_that_differ']} requests of {name} have other token ids.")
        if not work["largest_difference"] < TOLERANCE:
            lines.append(f"NOT equal: a score of {name} differs by {work['largest_difference']:.1e} nats.")
    return "\n".join(lines)
