#!/usr/bin/env python3
"""Tells GitHub, and programs that come after, what a gate found.

    annotations.py --code CODE --reports DIR [--log FILE] [--candidate PATH]... [--on-inconclusive warn|fail] [--verdict FILE]

CODE is the gate's exit code, DIR the folder of report.json and report.md, --log what the gate wrote to standard error, --candidate
what it was asked about. The verdict goes to the file that --verdict names.

Where GITHUB_ACTIONS is "true": at most ten annotations on standard output, worst first. Those are the line of every candidate
that did not pass, then every unit that failed or stayed inconclusive; FAIL comes before NOT GATEABLE, that before
INCONCLUSIVE, and among equals the drop that is the most times its margin first. INCONCLUSIVE is a warning, or an error where
the configuration makes it one (on_inconclusive: fail), or --on-inconclusive does; all else is an error. Where a series passes
(--select best) all of them are notices.

Where GITHUB_OUTPUT names a file, four lines are appended to it:

    verdict   the worst over all candidates: fail, not_gateable, inconclusive or pass; error where the gate broke off. Of a series
              that found its best, what that one says
    drop      the largest drop of exact match over all tasks, as a share (0.05 is 5 points, below 0 is a gain); may be empty
    reason    the worst candidate's verdict in words, or why the gate broke off; one line
    report    the path of report.md, report.html is beside it; empty where there is none

DIR/ci.json has the first three, `exit_code` (the gate's), and of every candidate `path`, `verdict` and `sentence`.

Python's standard library only.
"""

import argparse
import json
import os
import sys
import unicodedata

MOST = 10
LONGEST = 2000
LONGEST_TITLE = 200
ORDER = ["fail", "not_gateable", "inconclusive", "pass"]
WORDS = {"fail": "FAIL", "not_gateable": "NOT GATEABLE", "inconclusive": "INCONCLUSIVE", "pass": "PASS", "error": "ERROR"}
METRICS = {
    "exact_match": "exact match",
    "logprob": "answer logprob",
    "choice": "choice",
    "label_free": "probability of an answer that is no fine-tuning label",
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--code", type=int, required=True)
    parser.add_argument("--reports", required=True)
    parser.add_argument("--log")
    parser.add_argument("--candidate", action="append", default=[])
    parser.add_argument("--on-inconclusive", choices=["", "warn", "fail"], default="")
    parser.add_argument("--verdict")
    options = parser.parse_args()

    report, fault = read_report(os.path.join(options.reports, "report.json"))
    candidates = report.get("candidates", [])
    if options.code not in (0, 1, 3):
        fault = f"holdfast gate ended with {options.code}: {complaint(options.log) or 'it did not say why'}"
    elif fault:
        fault = f"holdfast gate ended with {options.code}: {complaint(options.log) or fault}"

    best = best_of_series(report)
    drop = largest_drop(candidates)
    found = {
        "exit_code": options.code,
        "verdict": combined(candidates, options.code, fault, best),
        "drop": None if drop is None else float(number(drop, 4)),
        "reason": one_line(fault or reason(candidates, best)),
        "candidates": summaries(candidates, options.candidate, fault, options.code),
    }
    if options.verdict:
        with open(options.verdict, "w", encoding="utf-8") as file:
            file.write(found["verdict"])
    keep(found, options.reports)

    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        path = os.path.join(options.reports, "report.md")
        with open(output, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"verdict={found['verdict']}\n")
            file.write(f"drop={'' if drop is None else number(drop, 4)}\n")
            file.write(f"reason={found['reason']}\n")
            file.write(f"report={path if os.path.isfile(path) else ''}\n")

    if os.environ.get("GITHUB_ACTIONS") == "true":
        configured = report.get("header", {}).get("settings", {}).get("on_inconclusive")
        strict = "fail" in (configured, options.on_inconclusive)
        lines = [annotation("error", "Holdfast", fault)] if fault else []
        passes = found["verdict"] == "pass"
        lines += [annotation("notice" if passes else level, title, text) for level, title, text in findings(candidates, strict)]
        for text in lines[:MOST]:
            print(text)
        if len(lines) > MOST:
            print(f"{len(lines) - MOST} more findings are in the report")


def keep(found, folder):
    """ci.json, for jobs that come after."""
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "ci.json"), "w", encoding="utf-8", errors="replace") as file:
            json.dump(found, file, indent=2)
            file.write("\n")
    except OSError as error:
        print(f"annotations.py: ci.json could not be written ({error.strerror})", file=sys.stderr)


def read_report(path):
    """The report, and what is wrong with it."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    except FileNotFoundError:
        return {}, "it wrote no report.json"
    except (OSError, ValueError) as error:
        return {}, f"report.json cannot be read ({error})"
    if not isinstance(report, dict) or not report.get("candidates"):
        return {}, "report.json names no candidate"
    return report, None


def complaint(log):
    """The line in which the gate said what is wrong; the last one where none is marked as that."""
    try:
        with open(log or os.devnull, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
    except OSError:
        return ""
    marks = ("holdfast: error:", "holdfast: internal error:", "holdfast: not gateable:", "gate.sh: ", "Error: ")
    marked = [line for line in lines if line.startswith(marks)]
    return (marked or lines or [""])[-1]


def best_of_series(report):
    """(path, what it says under fresh demonstrations, how that was found) of the best that --select found; None where the candidates decide."""
    selection = report.get("header", {}).get("selection") or {}
    if selection.get("rule") != "best" or "selected" not in selection:
        return None
    found = selection.get("confirmation", "inconclusive")
    how = "and was asked again under fresh demonstrations" if "confirmation" in selection else "and could not be asked again"
    return selection["selected"], found if found in ORDER else "not_gateable", how


def combined(candidates, code, fault, best):
    """The worst over all candidates, or the best one's word in a series."""
    if code == 3 and not candidates:
        return "not_gateable"
    if fault:
        return "error"
    return best[1] if best else min((outcome(candidate) for candidate in candidates), key=ORDER.index)


def reason(candidates, best):
    """Why, in one sentence."""
    if best:
        return f"{WORDS[best[1]]}: {best[0]} is the best of {len(candidates)}, {best[2]}"
    worst = min(candidates, key=lambda candidate: ORDER.index(outcome(candidate)))
    return line(worst) if len(candidates) == 1 else f"{name(worst)}: {line(worst)}"


def summaries(candidates, asked, fault, code):
    """What ci.json says of every candidate, of those too that the report does not have."""
    found = [{"path": c["path"], "verdict": outcome(c), "sentence": one_line(line(c))} for c in candidates]
    # A folder of checkpoints stands in the report by its checkpoints.
    known = [c["path"] for c in candidates]
    missing = [path for path in asked if not any(k == path or k.startswith(path.rstrip("/") + "/") for k in known)]
    verdict = "not_gateable" if code == 3 and not candidates else "error"
    return found + [{"path": path, "verdict": verdict, "sentence": one_line(fault)} for path in missing if fault]


def outcome(candidate):
    if candidate.get("time_out"):
        return "inconclusive"
    found = candidate.get("verdict", {}).get("outcome")
    return found if found in ORDER else "not_gateable"


def largest_drop(candidates):
    """The largest drop of exact match over all tasks; None where no candidate has one."""
    drops = []
    for candidate in candidates:
        # A rule over other k than all comes last.
        overall = [
            unit
            for unit in candidate.get("verdict", {}).get("units", [])
            if unit["level"] == "overall" and unit["metric"] == "exact_match" and unit.get("degradation")
        ]
        overall.sort(key=lambda unit: "k" in unit)
        drops += [unit["degradation"]["drop"] for unit in overall[:1]]
    return max(drops, default=None)


def findings(candidates, strict):
    """(level, title, message) of all there is to say, worst first."""
    found = []
    for candidate in candidates:
        result = outcome(candidate)
        if result == "pass":
            continue
        units = candidate.get("verdict", {}).get("units", [])
        open_units = [unit for unit in units if unit["outcome"] in ("fail", "inconclusive")]
        worst = max([weight(unit) for unit in open_units] + [0])
        found.append((result, 0, worst, name(candidate), line(candidate)))
        found += [(unit["outcome"], 1, weight(unit), name(candidate), unit_line(unit)) for unit in open_units]
    found.sort(key=lambda entry: (ORDER.index(entry[0]), entry[1], -entry[2]))
    for result, _, _, of, text in found:
        level = "warning" if result == "inconclusive" and not strict else "error"
        yield level, f"Holdfast {WORDS[result]}: {of}", text


def name(candidate):
    return candidate.get("model", {}).get("name") or os.path.basename(candidate["path"].rstrip("/"))


def line(candidate):
    """A candidate's verdict in one line."""
    late = candidate.get("time_out")
    if late:
        return f"INCONCLUSIVE: time ran out after {late['blocks_read']} of {late['blocks']} blocks"
    return candidate.get("verdict", {}).get("sentence") or f"NOT GATEABLE: {candidate.get('not_gateable', 'no reason given')}"


def weight(unit):
    """The drop in margins, which is comparable over points and nats."""
    drop, margin = unit.get("degradation", {}).get("drop", 0), unit.get("margin", 0)
    return drop / margin if margin > 0 else 0


def unit_line(unit):
    """What happened in a unit, such as 'lexical (max_drop): exact match fell by 17.2 points (...)'."""
    place = f"{unit['unit']} ({unit['rule']})"
    parts = []
    loss = unit.get("degradation")
    if loss:
        parts.append(movement(unit, loss))
        if unit.get("contrast") == "retention" and "retention" in loss:
            kept, demanded = number(100 * loss["retention"], 1), number(100 * unit.get("limit", 0), 1)
            parts.append(f"{kept} % of the few-shot gain is kept, {demanded} % demanded")
        if unit.get("contrast") == "relative_drop" and "chance_corrected" in loss:
            lost, allowed = number(100 * max(0, loss["chance_corrected"]), 1), number(100 * unit.get("limit", 0), 1)
            parts.append(f"{lost} % of what is above chance is lost, {allowed} % allowed")
        if unit.get("contrast") == "error_ratio" and "error_ratio" in loss:
            parts.append(f"{number(loss['error_ratio'], 2)} times the base's errors, {number(unit.get('limit', 0), 2)} allowed")
    shortfall = unit.get("shortfall", {})
    if "blocks" in shortfall and "towards" in shortfall:
        parts.append(f"{shortfall['blocks']} further blocks would settle it as {shortfall['towards'].upper()}")
    return f"{place}: {'; '.join(parts) or unit['outcome'].upper()}"


def movement(unit, loss):
    scale, digits, measure = (1, 2, "nats") if unit["metric"] == "logprob" else (100, 1, "points")
    shown = lambda value: number(scale * value, digits)
    metric = METRICS.get(unit["metric"], unit["metric"])
    drop = loss["drop"]
    if shown(abs(drop)) == shown(0):
        moved = "is unchanged"
    elif drop > 0:
        moved = f"fell by {shown(drop)} {measure}"
    else:
        moved = f"rose by {shown(-drop)} {measure}"
    evidence = [bound(unit, shown)] if bound(unit, shown) else []
    evidence += [f"margin {shown(unit['margin'])}"] if "margin" in unit else []
    return f"{metric} {moved}" + (f" ({'; '.join(evidence)})" if evidence else "")


def bound(unit, shown):
    """What is shown of the loss, as the verdict's sentence has it; the bounds decide, so that they never contradict it."""
    evidence, margin = unit.get("evidence", {}), unit.get("margin")
    if margin is None or "lower_bound" not in evidence or "upper_bound" not in evidence:
        return ""
    least, most = margin - evidence["upper_bound"], margin - evidence["lower_bound"]
    if unit["outcome"] == "fail":
        return f"at least {shown(least)}"
    return f"at most {shown(max(0, most))}" if unit["outcome"] == "pass" else f"{shown(least)} to {shown(most)} lost"


def number(value, digits):
    """Never "-0.0"."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def annotation(level, title, message):
    """A workflow command, escaped as GitHub's runner reads it."""
    if len(message) > LONGEST:
        message = message[: LONGEST - 1] + "…"
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1] + "…"
    return f"::{level} title={escaped(title).replace(':', '%3A').replace(',', '%2C')}::{escaped(message)}"


def escaped(text):
    """As the runner reads it."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def one_line(text):
    return " ".join(visible(text).split())


def visible(text):
    """With what is not seen shown as holdfast does (Sources/Diagnostics/Text/Showing.swift); line breaks stay."""
    hidden = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
    return "".join(f"\\u{{{ord(c):X}}}" if unicodedata.category(c) in hidden and c not in "\r\n" else c for c in text)


if __name__ == "__main__":
    # Whatever the machine's locale is.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    main()
