"""Runs the program once, and says what of it is a finding."""

import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time

import projects

SECONDS = 20
KIBIBYTES = 1 << 20
CODES = {0, 1, 2, 3}
# A score that contradicts the ledger's ends the program by design (docs/architecture.md): nothing else may end in 70.
CONTRADICTION = re.compile(rb"^holdfast: internal error: the ledger holds other scores of model ", re.MULTILINE)
# Of an address sanitiser's shadow memory nothing is known beforehand.
ADDRESS_SPACE = 24 << 30

TRACES = re.compile(
    rb"Fatal error|\*\*\* Crash|\xf0\x9f\x92\xa3|Swift/[A-Za-z]+\.swift:\d+|NSCocoaErrorDomain|Error Domain=|SQLite error|AddressSanitizer|runtime error:|Optional\(|UserInfo=|internal error"
)
SQL = re.compile(rb"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|CREATE TABLE|DELETE FROM) ")
# C0 but tab and line feed, DEL, C1, and what turns the direction of a line around.
CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
# Of a staged folder (Sources/Checkpoints/Writing/StagedFolder.swift), of Foundation's atomic writes, of SQLite.
LEFT_BEHIND = re.compile(r"\.partial(/|$)|\.sb-|\.dat\.nosync|-journal$")


class Outcome:
    def __init__(self, code, seconds, kibibytes, out, err, finding):
        self.code, self.seconds, self.kibibytes, self.out, self.err, self.finding = (
            code,
            seconds,
            kibibytes,
            out,
            err,
            finding,
        )


def limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))


def run(program, arguments, folder, stdin=b"", seconds=SECONDS, memory=KIBIBYTES):
    """Runs it in `folder`. - Returns: an outcome whose finding is None where nothing is wrong."""
    before = projects.listing(folder)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        start = time.monotonic()
        process = subprocess.Popen(
            [program, *arguments],
            cwd=folder,
            stdin=given,
            stdout=out,
            stderr=err,
            env=projects.environment(),
            preexec_fn=limit,
        )
        late = threading.Event()
        timer = threading.Timer(seconds, lambda: (late.set(), process.send_signal(signal.SIGKILL)))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        spent = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        outcome = Outcome(process.returncode, spent, usage.ru_maxrss, out.read(1 << 22), err.read(1 << 20), None)
    outcome.finding = "hang" if late.is_set() else finding(outcome, before, projects.listing(folder), memory)
    return outcome


def finding(outcome, before, after, memory):
    if outcome.code < 0:
        return f"signal {-outcome.code}"
    if outcome.code == 70 and CONTRADICTION.search(outcome.err):
        return None
    if outcome.code not in CODES:
        return f"exit {outcome.code}"
    if outcome.kibibytes > memory:
        return "memory"
    for stream in (outcome.out, outcome.err):
        if TRACES.search(stream) or SQL.search(stream):
            return "trace"
        # A progress line on a terminal may return; nothing here is a terminal.
        if CONTROLS.search(stream):
            return "control character"
    if outcome.code == 2 and not outcome.err.strip() and not outcome.out.strip():
        return "silent refusal"
    new = {name for name in after - before if not name.startswith("ledger.sqlite")}
    if any(LEFT_BEHIND.search(name) for name in new):
        return "left behind"
    gone = {name for name in before - after if not name.startswith(("ledger.sqlite-", "out/"))}
    if gone:
        return "lost file"
    return None


def complaint(outcome):
    """The first line of what it said, without what differs from run to run: what tells two findings apart."""
    lines = outcome.err.decode("utf-8", "replace").strip().split("\n")
    told = next((line for line in lines if "rror" in line), lines[-1])
    return re.sub(r"0x[0-9a-f]+|\d+|'[^']*'|/\S+", "_", told)[:160]
