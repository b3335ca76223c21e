#!/usr/bin/env python3
"""Reads a gate's reports as other programs do: forms.py SCHEMA FOLDER...

Each folder has report.json, which must be valid under the schema; junit.xml, which junitparser must read with the counts that it
declares and one case a rule; report.md, which must render to the headings and tables that it means to have; items.csv, whose rows
must have as many fields as its header. Ends with 1 where one of them is not so.
"""

import csv
import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt

COMMENT_LIMIT = 65_536


def check(folder, validator, complain):
    report = json.loads((folder / "report.json").read_text())
    for error in sorted(validator.iter_errors(report), key=lambda error: list(error.absolute_path)):
        complain(f"report.json: {'/'.join(map(str, error.absolute_path))}: {error.message}")

    junit = JUnitXml.fromfile(str(folder / "junit.xml"))
    cases = [case for suite in junit for case in suite]
    units = sum(len(candidate.get("verdict", {}).get("units", [0])) for candidate in report["candidates"])
    if len(cases) != units:
        complain(f"junit.xml: {len(cases)} cases for {units} rules")
    results = [result for case in cases for result in case.result]
    found = tuple(sum(isinstance(result, kind) for result in results) for kind in (Failure, Error, Skipped))
    declared = (junit.failures, junit.errors, junit.skipped)
    if (junit.tests, declared) != (len(cases), found):
        complain(f"junit.xml: declares {junit.tests} tests and {declared}, holds {len(cases)} and {found}")
    if any(isinstance(result, (Failure, Error)) and not result.text for result in results):
        complain("junit.xml: a failure or an error says nothing")

    markdown = (folder / "report.md").read_text()
    if len(markdown) > COMMENT_LIMIT:
        complain(f"report.md: {len(markdown)} characters, a comment takes {COMMENT_LIMIT}")
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    if not headings or not headings[0].startswith("Holdfast gate: ") or headings[-1] != "How this was measured":
        complain(f"report.md: its headings are {headings}")
    judged = sum("verdict" in candidate for candidate in report["candidates"])
    tables = sum(token.type == "table_open" for token in tokens)
    if tables < 2 * judged + 1:
        complain(f"report.md: {tables} tables render, {judged} candidates were judged")
    loose = [token.content for token in tokens if token.type == "inline" and token.content.lstrip().startswith("|")]
    if loose:
        complain(f"report.md: a table does not render: {loose[0][:80]!r}")

    with open(folder / "items.csv", newline="") as file:
        rows = list(csv.reader(file))
    if any(len(row) != len(rows[0]) for row in rows):
        complain("items.csv: rows of different lengths")
    return len(cases), len(rows) - 1


def main():
    validator = Draft202012Validator(json.loads(pathlib.Path(sys.argv[1]).read_text()))
    Draft202012Validator.check_schema(validator.schema)
    complaints = []
    for name in sys.argv[2:]:
        folder = pathlib.Path(name)
        cases, rows = check(folder, validator, lambda text: complaints.append(f"{folder.name}: {text}"))
        print(f"forms: {folder.name}: report.json valid, {cases} JUnit cases, {rows} rows, Markdown renders")
    for complaint in complaints:
        print(f"forms: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
