# SPDX-License-Identifier: BSD-3-Clause
"""Interleaved measurement: every round times every arm once, so that what the machine does in the
meantime meets all arms alike; a ratio is the median of the ratios of rounds.
"""
import math
import statistics
import time
from dataclasses import dataclass, field
from typing import Dict, List

from arms import BASE, WorkerLost

ROUND_OVERHEAD = 0.012  # seconds per arm and round: settling, checksum, pipes
LONGEST = 5  # times the effort's target, after which a repetition makes no further call
SLOW_BAR = 0.95  # a workload that looks slower than this is measured again
CONFIRM_PAIRS = 30
SLOW_ARM = "reference"  # orders of magnitude behind: few rounds tell enough
SLOW_ARM_ROUNDS = 3


@dataclass
class Effort:
    target: float  # seconds that one repetition lasts at least
    rounds: int
    least_rounds: int
    budget: float  # seconds for all workloads
    confirm_budget: float  # seconds for second runs


FULL = Effort(target=0.020, rounds=25, least_rounds=5, budget=420.0, confirm_budget=200.0)
QUICK = Effort(target=0.010, rounds=5, least_rounds=2, budget=45.0, confirm_budget=14.0)


@dataclass
class Row:
    """What is known of one workload."""

    name: str
    cost: Dict[str, float] = field(default_factory=dict)  # first estimate of seconds per call
    loops: Dict[str, int] = field(default_factory=dict)
    rounds: int = 0
    samples: Dict[str, List[float]] = field(default_factory=dict)  # None where the arm failed
    checksums: Dict[str, list] = field(default_factory=dict)
    drifted: Dict[str, list] = field(default_factory=dict)  # a later result unlike the first
    failed: Dict[str, str] = field(default_factory=dict)
    confirmed: Dict[str, List[float]] = field(default_factory=dict)  # samples of the second run


def ratios(samples, arm, base):
    """How many times faster than `base` the arm was, round by round."""
    pairs = zip(samples.get(base, ()), samples.get(arm, ()))
    return [b / a for b, a in pairs if a and b]


def ratio(samples, arm, base):
    found = ratios(samples, arm, base)
    return statistics.median(found) if found else None


def geomean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def unlike(checksum, expected):
    return len(checksum) != len(expected) or not all(
        abs(value - wanted) <= tolerance * max(abs(value), abs(wanted))
        for (value, tolerance), (wanted, _) in zip(checksum, expected)
    )


def consensus(checksums):
    """The median of what the arms found, number by number: one wrong library cannot shift it."""
    columns = zip(*checksums)
    return [
        (statistics.median_low(value for value, _ in column), column[0][1]) for column in columns
    ]


def differing(row):
    """Arms whose result differs from the others' or from their own earlier one."""
    if not row.checksums:
        return []
    expected = consensus(list(row.checksums.values()))
    return [
        arm for arm, found in row.checksums.items() if unlike(found, expected) or arm in row.drifted
    ]


class Session:
    def __init__(self, arms, effort, progress):
        self.arms = arms
        self.effort = effort
        self.progress = progress
        self.deadline = math.inf  # when even the least number of rounds has to give way
        self.restless = set()  # arms whose threads do not go to sleep

    def sample(self, row, arm, loops, warm):
        """Seconds per call, or None where the worker was lost."""
        if arm in row.failed:
            return None
        expected = row.cost.get(arm, 1.0) * (loops + warm)
        try:
            limit = LONGEST * self.effort.target
            answer = self.arms[arm].measure(row.name, loops, warm, limit, expected)
        except WorkerLost as reason:
            row.failed[arm] = str(reason)
            return None
        if not answer["settled"]:
            self.restless.add(arm)
        first = row.checksums.setdefault(arm, answer["checksum"])
        if unlike(answer["checksum"], first):
            row.drifted[arm] = answer["checksum"]
        return answer["seconds"]

    def survey(self, names):
        """Runs everything once and plans the rounds: the time left is known from then on."""
        rows = [Row(name) for name in names]
        for index, row in enumerate(rows):
            self.progress.show("trying each workload once", index / len(rows))
            for arm in self.arms:
                first = self.sample(row, arm, 1, False)
                if first is not None and first < 0.3:
                    again = self.sample(row, arm, max(1, int(0.003 / first)), False)
                    first = min(first, again) if again is not None else first
                if first is not None:
                    row.cost[arm] = first
                    row.loops[arm] = max(1, math.ceil(self.effort.target / first))
        self.plan(rows)
        return rows

    def warm(self, row, arm):
        return row.cost[arm] < 0.5 * self.effort.target

    def arm_seconds(self, row, arm):
        calls = row.loops[arm] + self.warm(row, arm)
        return row.cost[arm] * calls + ROUND_OVERHEAD

    def row_seconds(self, row, rounds):
        few = min(rounds, SLOW_ARM_ROUNDS)
        return sum(
            self.arm_seconds(row, arm) * (few if arm == SLOW_ARM else rounds) for arm in row.cost
        )

    def plan(self, rows):
        """As many rounds as the budget allows: the longest workloads give way first."""
        effort = self.effort
        for row in rows:
            row.rounds = effort.rounds
        while sum(self.row_seconds(row, row.rounds) for row in rows) > effort.budget:
            long = [row for row in rows if row.rounds > effort.least_rounds]
            if not long:
                break
            max(long, key=lambda row: self.row_seconds(row, row.rounds)).rounds -= 1

    def rounds(self, row, arms, count, into, label):
        # Estimates fail on a busy machine; the whole must still end in time.
        start = time.monotonic()
        deadline = start + 1 + 2 * self.row_seconds(row, count)
        for arm in arms:
            into[arm] = []
        for index in range(count):
            # Each arm follows each other one equally often.
            order = arms[index % len(arms) :] + arms[: index % len(arms)]
            if (index // len(arms)) % 2:
                order.reverse()
            for arm in order:
                if arm not in row.cost or (arm == SLOW_ARM and index >= SLOW_ARM_ROUNDS):
                    into[arm].append(None)
                    continue
                seconds = self.sample(row, arm, row.loops[arm], self.warm(row, arm))
                into[arm].append(seconds)
            self.progress.show(label, (index + 1) / count)
            now = time.monotonic()
            if now > self.deadline or (now > deadline and index + 1 >= self.effort.least_rounds):
                return

    def run(self, rows, finished):
        left = sum(self.row_seconds(row, row.rounds) for row in rows)
        self.deadline = time.monotonic() + 1.2 * self.effort.budget
        for number, row in enumerate(rows, 1):
            label = f"[{number}/{len(rows)}] {row.name}"
            self.progress.expect(left)
            self.rounds(row, list(self.arms), row.rounds, row.samples, label)
            left -= self.row_seconds(row, row.rounds)
            finished(row)

    def confirm(self, rows, arm):
        """A second, longer run of what seems too slow; returns rows that time left out."""
        suspects = [
            row
            for row in rows
            if not row.failed.get(arm) and (ratio(row.samples, arm, BASE) or 1.0) < SLOW_BAR
        ]
        suspects.sort(key=lambda row: ratio(row.samples, arm, BASE))
        pair = [BASE, arm]
        start = time.monotonic()
        self.deadline = start + 1.2 * self.effort.confirm_budget
        left_out = []
        costs = {
            row.name: CONFIRM_PAIRS * sum(self.arm_seconds(row, name) for name in pair)
            for row in suspects
        }
        for number, row in enumerate(suspects, 1):
            if time.monotonic() - start + costs[row.name] > self.effort.confirm_budget:
                left_out.append(row)
                continue
            self.progress.expect(sum(costs[other.name] for other in suspects[number - 1 :]))
            label = f"second run [{number}/{len(suspects)}] {row.name}"
            self.rounds(row, pair, CONFIRM_PAIRS, row.confirmed, label)
        return left_out
