#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Proposes table rules from a CSV of times (routine,flags,m,n,k,arm,median_ns,min_ns,reps), for fit_neoverse.py;
`switchblas tune` measures and has rules of its own.

Per routine a small decision tree over the sizes and flags is grown on the measured times; its leaves
become the cells of a table. What a leaf answers: the arm at cap 1 and the arm at all threads. The
simpler arm (one thread before all, OpenBLAS before BLIS) wins where the other gains less than the
margin. Grids, the regret of simpler rules and of the proposal go to standard error, TOML to
standard output.
"""
import argparse
import collections
import csv
import itertools
import re
import sys

import numpy

ARMS = ["openblas*1", "blis*1", "openblas*all", "blis*all"]
SHORT = {"openblas*1": "o1", "openblas*all": "oA", "blis*1": "b1", "blis*all": "bA"}
SINGLE = ARMS[:2]
# What a cell can answer: (arm at cap 1, arm at all threads).
LADDERS = [(one, many) for one in SINGLE for many in [one] + ARMS[2:]]
MISSING = 4.0  # an arm that was given up counts as this much slower than the best
WORST = 8.0  # a regret above this counts no more than this
EDGES = sorted(int(x * 2**e) for e in range(1, 23) for x in (1, 1.5))
DIMENSIONS = {"getrs": {"k": "nrhs"}, "gesv": {"k": "nrhs"}}


def family_of(routine):
    odd = {"scnrm2": "nrm2", "dznrm2": "nrm2", "scasum": "asum", "dzasum": "asum",
           "isamax": "iamax", "idamax": "iamax", "icamax": "iamax", "izamax": "iamax",
           "csrot": "rot", "zdrot": "rot"}
    return odd.get(routine, routine[1:])


class Data:
    """The shapes of one or more routines: log times per ladder, and features per shape."""

    def __init__(self, rows, margin):
        self.shapes = sorted(rows)
        count = len(self.shapes)
        times = numpy.full((count, len(ARMS)), numpy.nan)
        for i, shape in enumerate(self.shapes):
            for arm, t in rows[shape].items():
                if arm in ARMS:
                    times[i, ARMS.index(arm)] = t
        self.measured = ~numpy.isnan(times).all(axis=0)
        for i in range(count):
            worst = MISSING * numpy.nanmin(times[i])
            for j, arm in enumerate(ARMS):
                if numpy.isnan(times[i, j]):
                    # Threads that a library does not have change nothing.
                    alone = times[i, j - 2] if arm.endswith("all") else numpy.nan
                    times[i, j] = worst if numpy.isnan(alone) else max(worst, alone)
        self.log = numpy.log(times)
        best_one = self.log[:, :2].min(axis=1)
        best_many = self.log.min(axis=1)
        charge = [margin * (arm.startswith("blis") + arm.endswith("all")) for arm in ARMS]
        self.regret1 = numpy.empty((count, len(LADDERS)))
        self.regret2 = numpy.empty((count, len(LADDERS)))
        self.cost = numpy.empty((count, len(LADDERS)))
        for j, (one, many) in enumerate(LADDERS):
            a, b = ARMS.index(one), ARMS.index(many)
            self.regret1[:, j] = self.log[:, a] - best_one
            self.regret2[:, j] = self.log[:, b] - best_many
            # One wild sample must not outweigh all others.
            capped = [numpy.minimum(r[:, j], numpy.log(WORST)) for r in (self.regret1, self.regret2)]
            self.cost[:, j] = capped[0] + capped[1] + charge[a] + charge[b]
            if not (self.measured[a] and self.measured[b]):
                self.cost[:, j] += 10
        self.features = self._features()

    def _features(self):
        dims = [d for d in "mnk" if any(s[2 + "mnk".index(d)] for s in self.shapes)]
        sizes = {d: numpy.array([s[2 + "mnk".index(d)] for s in self.shapes], float) for d in dims}
        features = {}
        stack = numpy.array(list(sizes.values()))
        if len(dims) > 1:
            features["size"] = numpy.exp(numpy.log(stack).mean(axis=0))
            features["least"] = stack.min(axis=0)
            features["most"] = stack.max(axis=0)
        features.update(sizes)
        for i, shape in enumerate(self.shapes):
            for flag in shape[1].split():
                name, value = flag.split("=")
                features.setdefault("=" + name, numpy.zeros(len(self.shapes)))
                features["=" + name][i] = value in "TCR"
        return features

    def splits(self):
        """Every split that divides the shapes: a list of (feature, threshold, whether a shape is
        below), and the last of these as a matrix of 0 and 1."""
        found = []
        for name, values in self.features.items():
            for edge in [0.5] if name.startswith("=") else EDGES:
                below = values < edge
                if below.any() and not below.all():
                    found.append((name, edge, below))
        return found, numpy.array([f[2] for f in found], float)


Leaf = collections.namedtuple("Leaf", "bounds ladder")


def best_ladder(cost):
    totals = cost.sum(axis=0)
    return int(totals.argmin()), float(totals.min())


def best_split(data, splits, mask, penalty, deep):
    """Best split of the shapes in mask, looking one further level ahead where deep. (gain, split)"""
    found, matrix = splits
    cost = data.cost[mask]
    here = best_ladder(cost)[1]
    if here < penalty or mask.sum() < 2 * MIN_LEAF or not found:
        return 0, None
    matrix = matrix[:, mask]
    below_sum = matrix @ cost
    above_sum = cost.sum(axis=0) - below_sum
    count_below = matrix.sum(axis=1)
    fits = (count_below >= MIN_LEAF) & (mask.sum() - count_below >= MIN_LEAF)
    if not fits.any():
        return 0, None
    gains = here - below_sum.min(axis=1) - above_sum.min(axis=1) - penalty
    gains[~fits] = -numpy.inf
    choice = int(gains.argmax())
    if not deep:
        return (float(gains[choice]), found[choice]) if gains[choice] > 0 else (0, None)
    best = (max(0.0, float(gains[choice])), found[choice] if gains[choice] > 0 else None)
    for i in numpy.flatnonzero(fits):
        total = float(gains[i])
        for side in (mask & found[i][2], mask & ~found[i][2]):
            total += best_split(data, splits, side, penalty, False)[0]
        if total > best[0] + 1e-9:
            best = (total, found[i])
    return best


def narrowed(bounds, name, edge, below):
    new = dict(bounds)
    if name.startswith("="):
        new[name] = (0, 1) if below else (1, 2)
        return new
    lo, hi = new.get(name, (0, numpy.inf))
    new[name] = (lo, min(hi, edge)) if below else (max(lo, edge), hi)
    return new


def grow(data, splits, mask, bounds, penalty, depth):
    split = best_split(data, splits, mask, penalty, depth < 3)[1] if depth < MAX_DEPTH else None
    if split is None:
        return [Leaf(bounds, best_ladder(data.cost[mask])[0])]
    name, edge, below = split
    low = grow(data, splits, mask & below, narrowed(bounds, name, edge, True), penalty, depth + 1)
    high = grow(data, splits, mask & ~below, narrowed(bounds, name, edge, False), penalty, depth + 1)
    if len({leaf.ladder for leaf in low + high}) == 1:
        return [Leaf(bounds, low[0].ladder)]
    return low + high


MIN_LEAF = 3
MAX_DEPTH = 5


def fit(data, penalty):
    everything = numpy.ones(len(data.shapes), bool)
    return grow(data, data.splits(), everything, {}, penalty, 0)


def answers(data, leaves):
    """Ladder of each shape, as the first leaf that matches says."""
    chosen = numpy.full(len(data.shapes), leaves[-1].ladder)
    open_ = numpy.ones(len(data.shapes), bool)
    for leaf in leaves:
        inside = open_.copy()
        for name, (lo, hi) in leaf.bounds.items():
            values = data.features.get(name, numpy.zeros(len(data.shapes)))
            inside &= (values >= lo) & (values < hi)
        chosen[inside] = leaf.ladder
        open_ &= ~inside
    return chosen


def regrets(data, chosen):
    """Geomean regret at cap 1, at all threads, and the 95 % quantile and worst of both."""
    rows = numpy.arange(len(data.shapes))
    one, many = data.regret1[rows, chosen], data.regret2[rows, chosen]
    both = numpy.concatenate([one, many])
    return (numpy.exp(one.mean()), numpy.exp(many.mean()), numpy.exp(numpy.quantile(both, 0.95)),
            numpy.exp(both.max()))


def regret_text(data, chosen):
    return "cap 1 %.3f, all %.3f, 95%% %.2f, worst %.2f" % regrets(data, chosen)


def ladder_arms(ladder):
    one, many = LADDERS[ladder]
    return [one] if one == many else [one, many]


def cell_text(leaf, family, last):
    parts = []
    for name, (lo, hi) in leaf.bounds.items() if not last else []:
        if name.startswith("="):
            no, yes = ("L", "R") if name == "=side" else ("N", "T")
            parts.append('%s = "%s"' % (name[1:], yes if lo else no))
        else:
            name = DIMENSIONS.get(family, {}).get(name, name)
            parts.append("%s = [%d, %s]" % (name, lo, "inf" if hi == numpy.inf else "%d" % hi))
    arms = ", ".join('"%s"' % a for a in ladder_arms(leaf.ladder))
    return "  { %s }," % ", ".join(parts + ["arms = [%s]" % arms])


def default_last(leaves, data):
    """The order with the commonest answer at the end: its other leaves need no cell of their own."""
    chosen = answers(data, leaves)
    weight = collections.Counter(l.ladder for l in leaves)
    common = max(weight, key=lambda x: (weight[x], (chosen == x).sum()))
    rest = [l for l in leaves if l.ladder != common]
    return rest + [Leaf({}, common)]


def show_grid(routine, rows, out):
    """Best arm per size of the square shapes, and per thin dimension, one line per flags."""
    by_flags = collections.defaultdict(dict)
    for (_, flags, m, n, k), arms in rows.items():
        sides = [x for x in (m, n, k) if x]
        best = min(arms, key=arms.get)
        if len(set(sides)) == 1:
            by_flags[flags, "square"][sides[0]] = best
        elif len(set(sides)) == 2 and min(sides) in (4, 16, 64):
            kind = "x".join(str(s) if s == min(sides) else "n" for s in sides)
            by_flags[flags, kind][max(sides)] = best
    for (flags, kind), cells in sorted(by_flags.items()):
        if kind == "square" or len(cells) > 2:
            text = " ".join("%d:%s" % (s, SHORT.get(cells[s], cells[s])) for s in sorted(cells))
            print("  %-20s %-8s %s" % (flags, kind, text), file=out)


def show_simple(data, out):
    everything = range(len(LADDERS))
    for j in everything:
        if all(data.measured[ARMS.index(a)] for a in LADDERS[j]):
            text = regret_text(data, numpy.full(len(data.shapes), j))
            print("    always %-24s %s" % ("/".join(ladder_arms(j)), text), file=out)
    size = data.features.get("size", data.features.get("n"))
    best = None
    for low, high in itertools.permutations(everything, 2):
        for edge in EDGES:
            chosen = numpy.where(size < edge, low, high)
            cost = data.cost[numpy.arange(len(chosen)), chosen].sum()
            if best is None or cost < best[0]:
                best = (cost, edge, low, high, chosen)
    _, edge, low, high, chosen = best
    name = "%s, from size %d %s" % ("/".join(ladder_arms(low)), edge, "/".join(ladder_arms(high)))
    print("    %-31s %s" % (name, regret_text(data, chosen)), file=out)


def read(paths):
    provenance, rows = [], collections.defaultdict(lambda: collections.defaultdict(dict))
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            first = lines.readline()
            if first.startswith("#"):
                provenance.append(first[1:].strip())
            else:
                lines.seek(0)
            for row in csv.DictReader(lines):
                if row["arm"] is None or row["reps"] is None:
                    continue  # a line that was cut off
                shape = (row["routine"], row["flags"], int(row["m"]), int(row["n"]), int(row["k"]))
                rows[row["routine"]][shape][row["arm"]] = float(row["median_ns"])
    return "; ".join(dict.fromkeys(provenance)), rows


def propose(names, datas, rows, options):
    """Fits the routines of a family together where that costs little. [(names, leaves)]"""
    alone = {n: default_last(fit(datas[n], options.penalty), datas[n]) for n in names}
    if len(names) < 2:
        return [(names, alone[n]) for n in names]
    union = {}
    for n in names:
        union.update(rows[n])
    joint_data = Data(union, options.margin)
    joint = default_last(fit(joint_data, options.penalty * 2), joint_data)

    def total(n, leaves):
        chosen = answers(datas[n], leaves)
        return datas[n].cost[numpy.arange(len(chosen)), chosen].mean()

    if all(total(n, joint) <= total(n, alone[n]) + options.join for n in names):
        return [(names, joint)]
    return [([n], alone[n]) for n in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("csv", nargs="+")
    parser.add_argument("--margin", type=float, default=0.05, help="in favour of simpler arms")
    parser.add_argument("--penalty", type=float, default=0.3,
                        help="summed log regret that a further cell must gain")
    parser.add_argument("--join", type=float, default=0.01,
                        help="log regret that is given up to have one rule for all types")
    parser.add_argument("--routines", default="", help="regular expression")
    options = parser.parse_args()
    provenance, rows = read(options.csv)
    routines = [r for r in rows if re.search(options.routines, r)]
    datas = {r: Data(rows[r], options.margin) for r in routines}
    groups = collections.defaultdict(list)
    for r in sorted(routines, key=lambda r: "sdcz".find(r.lstrip("i")[0])):
        groups[family_of(r)].append(r)
    scores = []
    for family, names in groups.items():
        for names_together, leaves in propose(names, datas, rows, options):
            quoted = ", ".join('"%s"' % n for n in names_together)
            print("[[routines]]\nnames = [%s]" % quoted)
            print('provenance = "measured: %s"' % provenance.replace('"', "'"))
            print("cells = [")
            for i, leaf in enumerate(leaves):
                print(cell_text(leaf, family, i == len(leaves) - 1))
            print("]\n")
            for n in names_together:
                print("%s (%d shapes)" % (n, len(datas[n].shapes)), file=sys.stderr)
                show_grid(n, rows[n], sys.stderr)
                show_simple(datas[n], sys.stderr)
                chosen = answers(datas[n], leaves)
                print("    proposed, %2d cells              %s"
                      % (len(leaves), regret_text(datas[n], chosen)), file=sys.stderr)
                scores.append([numpy.log(x) for x in regrets(datas[n], chosen)[:2]])
    if scores:
        one, many = numpy.exp(numpy.mean(scores, axis=0))
        print("all routines: geomean regret cap 1 %.3f, all threads %.3f (on the shapes fitted)"
              % (one, many), file=sys.stderr)


if __name__ == "__main__":
    main()
