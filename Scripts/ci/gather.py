#!/usr/bin/env python3
"""Puts the verdicts of several jobs together, such as those of a matrix over candidates.

    gather.py FOLDER --reports DIR [--result RESULT] [--on-inconclusive warn|fail]

Every ci.json at or below FOLDER, which gate.sh leaves beside its reports, is one gate. DIR gets report.md, a table with a line a
candidate, and a ci.json of all. The table is appended to GITHUB_STEP_SUMMARY, and verdict, drop, reason and report to
GITHUB_OUTPUT, where these name files (annotations.py says what they mean).

RESULT is how the jobs ended, as GitHub says it (needs.JOB.result). Where that is neither "success" nor explained by a verdict, a
job ended without one, which is an error.

Exit code: 0 all pass, 1 one fails, 3 one is inconclusive or not gateable, else what a gate that broke off ended with; 2 where
there is no verdict, or one is missing. With --on-inconclusive=warn INCONCLUSIVE ends with 0. Python's standard library only.
"""

import argparse
import json
import os
import pathlib
import re
import sys
from itertools import repeat

sys.dont_write_bytecode = True
from annotations import ORDER, WORDS, annotation, keep, number, one_line  # noqa: E402

WORST = ["error", *ORDER]


def failed(gate, on_inconclusive):
    """Whether a gate's own job ended red: what is INCONCLUSIVE does not where that is a warning, and so explains no other job's end."""
    is_warning = on_inconclusive == "warn" and gate["exit_code"] == 3 and gate["verdict"] == "inconclusive"
    return gate["exit_code"] != 0 and not is_warning


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--reports", required=True)
    parser.add_argument("--result", choices=["", "success", "failure", "cancelled", "skipped"], default="")
    parser.add_argument("--on-inconclusive", choices=["", "warn", "fail"], default="")
    options = parser.parse_args()

    reports = pathlib.Path(options.reports)
    gates, faults = read(options.folder, reports)
    candidates = [candidate for gate in gates for candidate in gate["candidates"]]
    codes = [gate["exit_code"] for gate in gates]
    is_warning = options.on_inconclusive == "warn" and 3 in codes
    hint = "; on-inconclusive: warn belongs into the gates' own jobs too" if is_warning else ""
    if not gates and not faults:
        faults.append(f"{options.folder}: no ci.json of a gate is there")
    elif options.result not in ("", "success") and not any(map(failed, gates, repeat(options.on_inconclusive))) and not faults:
        faults.append(f"a job ended without a verdict: together they are '{options.result}'" + hint)
    broken = [code for code in codes if code not in (0, 1, 3)]
    code = next(iter(broken), 2 if faults else 1 if 1 in codes else 3 if 3 in codes else 0)
    worst = min(gates, key=lambda gate: WORST.index(gate["verdict"]), default=None)
    drops = [gate["drop"] for gate in gates if gate["drop"] is not None]
    found = {
        "exit_code": code,
        "verdict": "error" if faults else worst["verdict"],
        "drop": max(drops, default=None),
        "reason": one_line("; ".join(faults) or worst["reason"]),
        "candidates": candidates,
    }
    write(found, faults, reports)
    if code == 3 and options.on_inconclusive == "warn" and found["verdict"] == "inconclusive":
        code = 0
    print(f"gather: {WORDS[found['verdict']]} of {len(candidates)} candidates in {len(gates)} gates: {found['reason']}")
    if os.environ.get("GITHUB_ACTIONS") == "true" and found["verdict"] != "pass":
        warn = found["verdict"] == "inconclusive" and options.on_inconclusive != "fail"
        print(annotation("warning" if warn else "error", f"Holdfast {WORDS[found['verdict']]}", found["reason"]))
    return code


def read(folder, own):
    """What the gates said, and what is wrong with the files."""
    gates, faults = [], []
    for path in sorted(folder.rglob("ci.json")):
        if path.parent.resolve() == own.resolve():
            # An earlier run's, of all.
            continue
        try:
            gate = json.loads(path.read_text(encoding="utf-8"))
            if gate["verdict"] not in WORST or not isinstance(gate["exit_code"], int) or gate["exit_code"] not in range(256):
                raise ValueError("verdict or exit code is none")
            gates.append({
                "exit_code": gate["exit_code"], "verdict": gate["verdict"], "reason": str(gate["reason"]),
                "drop": None if gate["drop"] is None else float(gate["drop"]),
                "candidates": [
                    {key: str(candidate[key]) for key in ("path", "verdict", "sentence")} for candidate in gate["candidates"]],
            })
        except (OSError, ValueError, KeyError, TypeError) as error:
            faults.append(f"{path}: not what a gate wrote ({one_line(str(error))})")
    return gates, faults


def write(found, faults, folder):
    lines = [f"# Holdfast gate: {WORDS[found['verdict']]}", ""]
    lines += [f"- **{markdown(fault)}**" for fault in faults] + ([""] if faults else [])
    if found["candidates"]:
        lines += ["| candidate | verdict | |", "|---|---|---|"]
        for candidate in sorted(found["candidates"], key=lambda c: WORST.index(c["verdict"]) if c["verdict"] in WORST else 0):
            word = WORDS.get(candidate["verdict"], "ERROR")
            sentence = candidate["sentence"].removeprefix(f"{word}: ")
            lines.append(f"| {markdown(candidate['path'])} | {word} | {markdown(sentence)} |")
    table = "\n".join(lines) + "\n"
    keep(found, folder)
    path = folder / "report.md"
    path.write_text(table, encoding="utf-8", errors="replace")
    append("GITHUB_STEP_SUMMARY", table)
    drop = "" if found["drop"] is None else number(found["drop"], 4)
    append("GITHUB_OUTPUT", f"verdict={found['verdict']}\ndrop={drop}\nreason={found['reason']}\nreport={path}\n")


def append(variable, text):
    if os.environ.get(variable):
        with open(os.environ[variable], "a", encoding="utf-8", errors="replace") as file:
            file.write(text)


def markdown(text):
    """Text that is nothing else there: neither marks nor links, and nobody is told."""
    safe = re.sub(r"([\\`*_{}\[\]|~<>!$])", r"\\\1", one_line(text)).replace("&", "&amp;")
    return re.sub(r"(?i)(@|#(?=\d)|[a-z]+(?=://)|www(?=\.)|GH(?=-\d))", r"\1<!-- -->", safe)


if __name__ == "__main__":
    # Whatever the machine's locale is.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(main())
    except OSError as error:
        print(f"gather: {error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(2)
