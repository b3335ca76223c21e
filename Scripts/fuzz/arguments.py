"""Mutations of the command itself: a value of an option, an option twice or without value, words that belong nowhere."""

import inputs
import octets

COMMANDS = (
    inputs.models("models/hf")
    + inputs.adapters("models/adapter")
    + inputs.SUITE
    + inputs.CONFIGURATION
    + inputs.BASELINE
    + inputs.TRAIN
    + inputs.RESUME
    + inputs.EXPERIMENT
    + inputs.LEDGER
    + [
        ["gate", "--candidate", "models/adapter", "--timeout", "1s", "-o", "out/x.xml", "--reports", "out/reports"],
        ["runs", "--limit", "3"],
        ["plan", "--discordance", "0.2"],
        ["train", "recipe.yaml", "--steps", "1", "--seed", "3", "--out", "out/new"],
    ]
)
# Paths that never end, and those that others' files stand behind, are no input of ours to write to.
WORDS = [
    "",
    " ",
    "-",
    "--",
    ".",
    "/proc",
    "/proc/nothing/x",
    "nothing",
    "models",
    "suite",
    "baseline.json",
    "ledger.sqlite",
    "0",
    "-1",
    "1/0",
    "0/1",
    "1/3",
    "2/1",
    "1/99999999999999999999",
    "NaN",
    "inf",
    "1e9",
    "1e-400",
    "9223372036854775808",
    "0x1",
    "1m",
    "-1s",
    "1h1h",
    "99999999999h",
    "a\u202eb",
    "\x1b[31m",
    "é" * 200,
    "a" * 4000,
    "a\nb",
    "%s",
    "*",
    "~",
    "./././models/hf",
    "models/hf/",
    "models/hf/../hf",
]


def mutate(command, rng):
    command = list(command) or ["gate"]
    index = rng.randrange(1, len(command)) if len(command) > 1 else 0
    draw = rng.random()
    if draw < 0.6:
        word = rng.choice(WORDS + [number for number in octets.EXTREME_NUMBERS if len(number) < 30])
        command[index] = f"{command[index]}={word}" if command[index].startswith("--") and rng.random() < 0.5 else word
    elif draw < 0.75:
        del command[index]
    elif draw < 0.9:
        command.insert(index, command[index])
    else:
        command.append(
            rng.choice(
                [
                    "--json",
                    "--threads",
                    "--threads=0",
                    "--threads=1000000",
                    "--share=1/2",
                    "--config=nothing",
                    "--ledger=suite",
                    "--help",
                    "--version",
                    "--adaptive",
                    "--stop-early",
                    "--diagnose",
                    "extra",
                ]
            )
        )
    return command
