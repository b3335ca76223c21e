#!/usr/bin/env python3
"""Reads report.html as its readers do, in a headless Chromium.

    browser.py report.html [--screens DIR]

It loads the page from the disk, uses its filter and opens a row with real keys, and looks at it at three widths, in
light and dark, and as on paper. Nothing may be fetched or complained about, the page may not be wider than its window,
and every text must have a contrast of 4.5 to what is behind it. --screens writes WIDTH-THEME.png of the whole page into
DIR.

Ends with 0 and one line where all holds, 1 and a line for each failure, 2 where the page cannot be read, 3 and one line
where no browser is found: $HOLDFAST_BROWSER, else chromium, chromium-browser or google-chrome. At most 60 seconds.

Python's standard library only.
"""

import argparse
import os
import pathlib
import signal
import sys

from browser_pipe import NoBrowser, Stopped, program
from browser_tab import Tab

LIMIT = 55
HEAVIEST = 2_000_000
CONTRAST = 4.5
WIDTHS = [360, 800, 1400]
THEMES = ["light", "dark"]
# A4 between margins of a centimetre, in CSS pixels.
PAPER = 718
MOST = 8


def main():
    parser = argparse.ArgumentParser(usage="browser.py report.html [--screens DIR]")
    parser.add_argument("page")
    parser.add_argument("--screens")
    options = parser.parse_args()
    if not os.path.isfile(options.page):
        sys.exit(complain(2, f"{options.page}: no such file; give the report.html that a gate wrote"))
    if options.screens:
        try:
            os.makedirs(options.screens, exist_ok=True)
        except OSError as error:
            sys.exit(complain(2, f"--screens {options.screens}: {error.strerror}; give a folder that can be written"))

    signal.signal(signal.SIGALRM, ran_out)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.alarm(LIMIT)

    reading = Reading(options.page, options.screens)
    try:
        reading.run()
    except NoBrowser as error:
        sys.exit(complain(3, error))
    except (Stopped, TimeoutError) as error:
        reading.failures.append(f"broken off: {error}")
    except OSError as error:
        sys.exit(complain(2, f"{error}; --screens needs a folder that can be written"))
    for line in reading.failures:
        complain(1, line)
    if reading.failures:
        sys.exit(1)
    skipped = f" ({reading.skipped})" if reading.skipped else ""
    print(f"browser: {reading.count} checks, all hold{skipped}")


def ran_out(*_):
    raise TimeoutError(f"not done within {LIMIT} seconds")


def complain(code, text):
    print(f"browser: {text}", file=sys.stderr)
    return code


class Reading:
    """One page, read once."""

    def __init__(self, path, screens):
        self.path, self.screens = os.path.abspath(path), screens
        self.count, self.failures, self.skipped, self.told = 0, [], "", set()

    def run(self):
        size = os.path.getsize(self.path)
        self.check(size < HEAVIEST, f"the page has {size} bytes, which is too heavy to send round: at most {HEAVIEST}")
        self.tab = Tab(program(), pathlib.Path(self.path).as_uri())
        try:
            with self.tab:
                self.read()
        finally:
            # Last, for what the page does on the way counts too.
            self.check_none("", self.tab.said)
            self.check_none("", self.tab.fetched)

    def read(self):
        self.tab.load(WIDTHS[0], THEMES[0])
        self.tab.ask("scroll()")
        for faults in self.tab.ask("structure()").values():
            self.check_none("", faults)
        for state in ("as it loads", "all details open"):
            if state != "as it loads":
                self.use()
                # Once, for it takes a browser seconds.
                self.tab.ask("openAll()")
            for width in WIDTHS:
                self.look(width, state)
            self.look_at_paper(state)

    # What holds

    def check(self, holds, text):
        self.count += 1
        if not holds:
            self.failures.append(text)

    def check_none(self, place, faults):
        """One check, and a line for each of its faults, unless another place had that fault already."""
        self.count += 1
        new = [fault for fault in dict.fromkeys(faults) if fault not in self.told]
        self.told.update(new)
        place = f"{place}: " if place else ""
        self.failures += [place + fault for fault in new[:MOST]]
        if len(new) > MOST:
            self.failures.append(f"{place}and {len(new) - MOST} more like it")

    # What a reader does

    def use(self):
        self.tab.set_width(WIDTHS[-1])
        self.tab.set_theme(THEMES[0])
        if not self.tab.ask("lists()"):
            self.skipped = "no lost answers, so no filter and no row to try"
            return
        self.filter()
        self.open_row()

    def filter(self):
        """Of the first list of lost answers; that of another candidate must stay as it is."""
        asked, tab = self.tab.ask("questions()"), self.tab
        every, rows = list(range(asked["rows"])), asked["rows"]
        self.expect("untouched", every, rows)
        self.check_none("filter", [f"task {task!r} is offered, and no row is of it" for task in asked["tasks"]])

        tab.click(**tab.ask("field()"))
        if not tab.ask("hasFocus('form.filter input')"):
            self.check(False, "filter: a click on the search field does not give it the focus")
            return
        word, nothing = asked["word"], asked["nothing"]
        searches = [(word, asked["holders"]), (word.upper(), asked["holders"]), (nothing, [])]
        # Not every letter has one other case.
        for words, left in searches if word.upper().lower() == word.lower() else searches[::2]:
            tab.type(words)
            self.expect(f"search for {words!r}", left, rows, typed=words)
            tab.clear()
            self.expect(f"cleared of {words!r}", every, rows, typed="")

        self.check(tab.ask("focusSelect()"), "filter: the tasks cannot be focused")
        for key, task, left in (("ArrowDown", asked["name"], asked["held"]), ("ArrowUp", "", every)):
            for _ in range(asked["task"]):
                tab.press(key)
            self.expect(f"task {task or 'all'!r}", left, rows, task=task)

    def expect(self, place, shown, rows, **fields):
        """Exactly the rows of these numbers are shown, and the page says how many."""
        found, place = self.tab.ask("state()"), f"filter, {place}"
        for name, value in fields.items():
            self.check(found[name] == value, f"{place}: the field has {found[name]!r}")
        says = f"{len(shown)} of {rows}"
        self.check(found["says"] == says, f"{place}: it says {found['says']!r}, not {says!r}")
        wrong = sorted(set(found["shown"]) ^ set(shown))
        first = f"; the first wrong one is {wrong[0] + 1}" if wrong else ""
        self.check(not wrong, f"{place}: {len(found['shown'])} rows are shown, not {len(shown)}{first}")
        self.check(not found["others"], f"{place}: rows of another candidate are gone")

    def open_row(self):
        if not self.tab.ask("state()")["shown"]:
            self.check(False, "row: none is left to open")
            return
        self.check(self.tab.ask("focusRow()"), "row: its summary cannot be focused")
        self.tab.press("Enter")
        row = self.tab.ask("rowState()")
        self.check(row["isOpen"], "row: Enter on its summary does not open it")
        self.check(row["isShown"] and row["prompt"], "row: it was opened and shows no prompt")
        self.tab.press("Enter")
        self.check(not self.tab.ask("rowState()")["isOpen"], "row: a second Enter does not close it")

    # What a reader sees

    def look(self, width, state):
        self.tab.set_width(width)
        for theme in THEMES:
            self.tab.set_theme(theme)
            place = f"{width} px, {theme}, {state}"
            contrast = self.tab.ask(f"contrast({CONTRAST})")
            self.check(contrast["texts"], f"{place}: no text is visible")
            self.check_none(place, contrast["faults"])
            if self.screens and state == "as it loads":
                with open(os.path.join(self.screens, f"{width}-{theme}.png"), "wb") as file:
                    file.write(self.tab.screen())
        place, wide = f"{width} px, {state}", self.tab.ask("wide()")
        needs, has, causes = wide["needs"], wide["has"], ", ".join(wide["causes"])
        self.check(has <= width, f"{place}: it is laid out {has} px wide: has it a viewport meta element?")
        self.check(needs <= has, f"{place}: it scrolls sideways, {needs} px in {has}: {causes}")
        self.check_none(place, self.tab.ask("scrollers()"))

    def look_at_paper(self, state):
        """As printed from a dark screen."""
        self.tab.set_width(PAPER)
        self.tab.set_theme("dark", "print")
        place, unseen, paper = f"print, {state}", self.tab.ask("unseen()"), self.tab.ask("paperColour()")
        self.check(unseen["parts"], f"{place}: main has no text")
        self.check_none(f"{place}: not visible", unseen["faults"])
        self.check(paper["isLight"], f"{place}: the background is dark, {paper['colour']}")
        self.check_none(place, self.tab.ask(f"contrast({CONTRAST})")["faults"])
        self.check_none(f"{place}: cut off", self.tab.ask("cut()"))


if __name__ == "__main__":
    main()
