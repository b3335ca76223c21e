#!/usr/bin/env python3
"""Follows every relative link of the committed Markdown files, to the heading where it names one, and counts README's lines.

    links.py

Ends with 0 and one line, or with 1 and a line for every link that leads nowhere.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
README_LINES = 120
# Its links hold in the archive that it is packed into.
ELSEWHERE = {"Scripts/dist/README.md", "Scripts/dist/licences/README.md"}


def anchors(text):
    """The names that GitHub gives headings, and those that are given by hand."""
    found, seen = set(re.findall(r'<a (?:id|name)="([^"]+)"', text)), {}
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", re.sub(r"```.*?```", "", text, flags=re.S), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        count = seen[name] = seen.get(name, -1) + 1
        found.add(name if count == 0 else f"{name}-{count}")
    return found


def main():
    files = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    wrong, count = [], 0
    for name in filter(None, files.split("\0")):
        if name in ELSEWHERE or not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_text()
        prose = re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.S))
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", target):
                continue
            count += 1
            path, _, anchor = target.partition("#")
            place = (ROOT / name).parent / path if path else ROOT / name
            if not place.exists():
                wrong.append(f"{name}: {target} is not there")
            elif anchor and anchor not in anchors(place.read_text()):
                wrong.append(f"{name}: {target} names no heading")
    lines = len((ROOT / "README.md").read_text().splitlines())
    if lines > README_LINES:
        wrong.append(f"README.md has {lines} lines, more than {README_LINES}")
    for line in wrong:
        print(f"links: {line}", file=sys.stderr)
    if not wrong:
        print(f"links: {count} lead somewhere, README.md has {lines} lines")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
