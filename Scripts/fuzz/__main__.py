"""Whole runs of the program on mutated projects: `python3 Scripts/fuzz --help`. docs/formats.md says what is mutated and what a finding is."""

import argparse
import sys

import cases
import driver
import projects


def main():
    parser = argparse.ArgumentParser(prog="python3 Scripts/fuzz", description=__doc__)
    parser.add_argument(
        "--program", default=str(projects.REPOSITORY / ".build/release/holdfast"), help="the binary under test"
    )
    parser.add_argument("--runs", type=int, default=50_000, help="how many runs at most (default: 50,000)")
    parser.add_argument("--seconds", type=float, default=0, help="end after so long (default: no limit)")
    parser.add_argument("--seed", default="1", help="another seed makes other cases (default: 1)")
    parser.add_argument("--case", type=int, help="only this case of the seed")
    parser.add_argument(
        "--only",
        action="append",
        choices=sorted(cases.WEIGHTS),
        help="only this input; repeatable; numbers mean other cases then",
    )
    parser.add_argument("--jobs", type=int, default=0, help="runs at a time (default: one a core)")
    parser.add_argument(
        "--hang", type=float, default=20, help="seconds after which a run counts as one that hangs (default: 20)"
    )
    parser.add_argument("--memory", type=int, default=1024, help="MiB that a run may take (default: 1024)")
    parser.add_argument(
        "--findings", default="fuzz-findings", help="the folder that findings go to (default: fuzz-findings)"
    )
    sys.exit(1 if driver.play(parser.parse_args()) else 0)


if __name__ == "__main__":
    main()
