"""Runs cases on all cores for a time or a number, keeps what is found, and prints a table by input."""

import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import tempfile
import time

import cases
import classify
import inputs
import ledger
import projects


class Round:
    """What all cases of one round share."""

    def __init__(self, options):
        self.program = str(pathlib.Path(options.program).resolve())
        self.seconds, self.memory = options.hang, options.memory << 10
        self.scratch = tempfile.mkdtemp(
            prefix="holdfast-fuzz-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        )
        self.template = pathlib.Path(self.scratch) / "template"
        self.template.mkdir()
        self.clean = {}
        projects.template(self.program, self.template)
        for command in inputs.LEDGER:
            folder = pathlib.Path(self.scratch) / "clean" / "project"
            projects.copy(self.template, folder)
            outcome = classify.run(self.program, command, folder)
            if outcome.finding:
                raise SystemExit(f"a sound project already fails: {shlex.join(command)}: {outcome.finding}")
            self.clean[tuple(command)] = ledger.verdict(command, outcome)
            shutil.rmtree(folder.parent)


class Tally:
    def __init__(self):
        self.runs, self.codes, self.findings = 0, collections.Counter(), collections.Counter()
        self.slowest, self.largest = (0, ""), (0, "")

    def add(self, case, outcome):
        self.runs += 1
        self.codes[outcome.code] += 1
        self.slowest = max(self.slowest, (outcome.seconds, case.name))
        self.largest = max(self.largest, (outcome.kibibytes, case.name))


def keep(round, case, outcome, folder):
    """Saves the mutated project, the command and what was said, reduced to the mutations that it takes."""
    seeds = case.minimised(round, outcome.finding)
    place = pathlib.Path(folder) / f"{case.input}-{outcome.finding.replace(' ', '-')}-{case.name}"
    if place.exists():
        shutil.rmtree(place)
    command = case.prepare(round, place / "project", seeds)
    final, _ = case.run(round, seeds)
    (place / "stdout").write_bytes(final.out)
    (place / "stderr").write_bytes(final.err)
    (place / "case.json").write_text(
        json.dumps(
            {
                "input": case.input,
                "file": case.file,
                "seeds": seeds,
                "command": command,
                "finding": outcome.finding,
                "code": final.code,
                "seconds": round_to(final.seconds),
                "kibibytes": final.kibibytes,
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
    (place / "command.sh").write_text(
        f'cd "$(dirname "$0")/project" && exec "${{HOLDFAST:-holdfast}}" {shlex.join(command)}\n',
        errors="surrogateescape",
    )
    return place


def round_to(seconds):
    return int(seconds * 1000) / 1000


def play(options):
    """- Returns: the number of different findings."""
    round = Round(options)
    tallies, seen, started = collections.defaultdict(Tally), {}, time.monotonic()
    workers = options.jobs or os.cpu_count() or 1
    numbers = iter([options.case] if options.case is not None else range(options.runs))
    over = lambda: options.seconds and time.monotonic() - started > options.seconds

    def work(number):
        case = cases.Case(options.seed, number, options.only)
        return case, *case.run(round)

    try:
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            pending = set()
            while True:
                while len(pending) < 2 * workers and not over() and (number := next(numbers, None)) is not None:
                    pending.add(pool.submit(work, number))
                if not pending:
                    break
                done, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    case, outcome, command = future.result()
                    tally = tallies[case.input]
                    tally.add(case, outcome)
                    if outcome.finding is None:
                        continue
                    tally.findings[outcome.finding] += 1
                    told = (case.input, outcome.finding, command[0] if command else "", classify.complaint(outcome))
                    if told not in seen:
                        seen[told] = case.name
                        print(
                            f"{case.name} {case.input}: {outcome.finding}: {shlex.join(command)[:150]!r}: {told[3]!r}",
                            flush=True,
                        )
                        print(f"  kept in {keep(round, case, outcome, options.findings)}", flush=True)
    finally:
        shutil.rmtree(round.scratch, ignore_errors=True)
    table(tallies, time.monotonic() - started, options)
    return len(seen)


def table(tallies, seconds, options):
    row = "{:<14}{:>8}{:>8}{:>8}{:>8}{:>8}{:>10}{:>10}{:>9}  {}"
    print(row.format("input", "runs", "exit 0", "1", "2", "3", "findings", "slowest s", "MiB", "what"))
    total = Tally()
    for name, tally in sorted(tallies.items()):
        total.runs += tally.runs
        total.codes += tally.codes
        total.findings += tally.findings
        total.slowest, total.largest = max(total.slowest, tally.slowest), max(total.largest, tally.largest)
        print(cells(row, name, tally))
    print(cells(row, "all", total))
    print(
        f"{total.runs} runs in {seconds:.0f} s, seed {options.seed}; slowest: case {total.slowest[1]}, largest: case {total.largest[1]}"
    )


def cells(row, name, tally):
    return row.format(
        name,
        tally.runs,
        *(tally.codes[code] for code in range(4)),
        sum(tally.findings.values()),
        f"{tally.slowest[0]:.2f}",
        tally.largest[0] >> 10,
        ", ".join(f"{what} {count}" for what, count in sorted(tally.findings.items())),
    )
