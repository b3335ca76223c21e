"""A case: which input, which mutations of it with which seeds, which command. Its number and the seed of the round give all of it."""

import os
import pathlib
import random
import shutil

import arguments
import classify
import inputs
import ledger
import projects

# How often each is drawn: what decides verdicts more often.
WEIGHTS = {name: 2 for name in inputs.INPUTS} | {"init": 1, "ledger": 4, "arguments": 2}


class Case:
    def __init__(self, seed, number, only=None):
        rng = random.Random(f"{seed}/{number}")
        names = sorted(name for name in WEIGHTS if not only or name in only)
        self.name = f"{seed}-{number}"
        self.input = rng.choices(names, [WEIGHTS[name] for name in names])[0]
        self.file, self.mutation, self.command = None, None, None
        if self.input == "ledger":
            self.command = rng.choice(inputs.LEDGER[:1] * 3 + inputs.LEDGER)
        elif self.input == "arguments":
            self.command = rng.choice(arguments.COMMANDS)
        else:
            self.file, self.mutation, commands = rng.choice(inputs.INPUTS[self.input])
            self.command = rng.choice(commands)
        # Each mutation has its own seed, so that the others stay what they are where one is left out.
        self.seeds = [rng.getrandbits(48) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5]))]

    def prepare(self, round, folder, seeds):
        """Makes the mutated project. - Returns: the command."""
        projects.copy(round.template, folder)
        if self.input == "ledger":
            # So that it holds the hashes of this copy's files, whose damage then counts.
            classify.run(round.program, inputs.LEDGER[0], folder)
        command = self.command
        for seed in seeds:
            rng = random.Random(seed)
            if self.input == "ledger":
                rng.choice(ledger.OPERATIONS)(str(folder / "ledger.sqlite"), rng)
            elif self.input == "arguments":
                command = arguments.mutate(command, rng)
            else:
                path = folder / self.file
                projects.replace(path, self.mutation(path.read_bytes(), rng))
        # What no command line can carry.
        return [word.replace("\0", "") for word in command]

    def run(self, round, seeds=None):
        """Runs the case in a folder of its own. - Returns: the outcome, the command."""
        folder = pathlib.Path(round.scratch) / f"{self.name}-{os.getpid()}" / "project"
        try:
            command = self.prepare(round, folder, self.seeds if seeds is None else seeds)
            outcome = classify.run(round.program, command, folder, seconds=round.seconds, memory=round.memory)
            if (
                outcome.finding is None
                and self.input == "ledger"
                and not ledger.agrees(command, ledger.verdict(command, outcome), round.clean.get(tuple(command)))
            ):
                outcome.finding = "another verdict"
            return outcome, command
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)

    def minimised(self, round, finding):
        """The fewest of its mutations, greedily, that still lead to the same finding."""
        seeds = list(self.seeds)
        for seed in list(seeds):
            fewer = [other for other in seeds if other != seed]
            if fewer and self.run(round, fewer)[0].finding == finding:
                seeds = fewer
        return seeds
