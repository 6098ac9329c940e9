#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fits the level-3 rules of the neoverse-n1 table to a published panel (published/README.md).

usage: fit_neoverse.py published/neoverse_n1_level3_2021.csv > rules.toml

The panel has square sizes at 1 and at 64 threads. Per routine a decision tree over the size is grown
with fit.py on what is known of four arms (OpenBLAS and BLIS, one thread and all); times between the
sizes of a panel are interpolated. Rules and their provenance go to standard output, the regret to
standard error: of each panel's own points, predicted by rules that were fitted without them (every
fifth size is left out in turn, in both panels).
"""
import argparse
import collections
import csv
import sys

import numpy

import fit

LIBRARIES = {"OpenBLAS": "openblas", "BLIS": "blis"}
FOLDS = 5
# Below these nothing is known: at one thread (BLIS spends microseconds before it begins, so OpenBLAS), and at 64,
# where OpenBLAS's own thresholds fill in. Both are edges of a table's half octaves.
LEAST_KNOWN_SINGLE = 48
LEAST_KNOWN = 96
MOST_KNOWN_SINGLE = 2400
SHARED = {"symm/hemm": ("symm", "hemm"), "syrk/herk": ("syrk", "herk")}
# OpenBLAS 0.3.29: one thread below this side (102, 51 and 76, brought to half octaves); a few from there to LEAST_KNOWN.
FEW_FROM = {"gemm": {"s": 96, "d": 96, "c": 48, "z": 48}, "syrk": 64, "herk": 64}
OTHERS_FEW_FROM = 48
FEW = 8
# Between the caps that were measured: from this one on (the geometric middle of 1 and 64) what is best at 64.
MANY = 8
SOURCE = ("published: flame/blis docs/Performance.md, AWS Graviton2 (64 cores), 2021-07-15, OpenBLAS 0.3.17 (pthreads), "
          "BLIS 0.8.1-67 (thunderx2); square sizes at 1 and 64 threads (complex: hemm, herk), assumed for other shapes, "
          "flags and caps and for the installed versions and configurations; below size %d OpenBLAS 0.3.29's thresholds"
          % LEAST_KNOWN)

Curve = collections.namedtuple("Curve", "sizes times")


def read(path):
    """{(type, operation): {arm: Curve}}, times in units that cancel (size^3 / GFLOPS)."""
    points = collections.defaultdict(lambda: collections.defaultdict(dict))
    with open(path, encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            threads, n = int(row["threads"]), int(row["n"])
            arm = LIBRARIES[row["lib"]] + ("*1" if threads == 1 else "*all")
            speed = float(row["gflops_per_core"]) * threads
            points[row["dtype"], row["op"]][arm][n] = n**3 / speed
    curves = {}
    for key, arms in points.items():
        curves[key] = {arm: Curve(numpy.array(sorted(times), float),
                                  numpy.array([times[n] for n in sorted(times)]))
                       for arm, times in arms.items()}
    return curves


def interpolated(curve, n):
    """Speed is interpolated over log n; a single thread keeps its speed above the largest size."""
    speeds = curve.sizes**3 / curve.times
    return n**3 / numpy.interp(numpy.log(n), numpy.log(curve.sizes), speeds)


def rows_of(routine, arms):
    """What fit.Data takes, for all sizes of both panels."""
    sizes = sorted({int(n) for curve in arms.values() for n in curve.sizes})
    return {(routine, "", n, n, n): {arm: float(interpolated(curve, n))
                                     for arm, curve in arms.items() if arm.endswith("*1") or n >= LEAST_KNOWN}
            for n in sizes}


def fitted(routine, arms, options):
    data = fit.Data(rows_of(routine, arms), options.margin)
    data.features = {"size": data.features["size"]}
    return fit.fit(data, options.penalty)


def without(arms, fold):
    left = {}
    for arm, curve in arms.items():
        keep = numpy.arange(len(curve.sizes)) % FOLDS != fold
        left[arm] = Curve(curve.sizes[keep], curve.times[keep])
    return left


def answer(leaves, size):
    """(arm at cap 1, arm at 64 threads)"""
    for leaf in leaves:
        low, high = leaf.bounds.get("size", (0, numpy.inf))
        if low <= size < high:
            return fit.LADDERS[leaf.ladder]
    raise ValueError(size)


def bin_middle(size):
    """The size at which a compiled table evaluates its rules for all sizes of this half octave."""
    low = max(edge for edge in [1] + fit.EDGES if edge <= size)
    return numpy.sqrt(low * (min(edge for edge in fit.EDGES if edge > size) - 1.0))


def score(arms, leaves, fold=None):
    """Log regret of the rules on the points of a fold: at 1 thread, at 64; then of the libraries alone."""
    found = collections.defaultdict(list)
    for threads, suffix in ((1, "*1"), (64, "*all")):
        sizes = arms["openblas" + suffix].sizes
        for i, n in enumerate(sizes):
            if fold is not None and i % FOLDS != fold:
                continue
            times = {arm: arms[arm].times[i] for arm in ("openblas" + suffix, "blis" + suffix)}
            if threads == 64 and n <= MOST_KNOWN_SINGLE:
                times.update({arm: float(interpolated(arms[arm], n)) for arm in ("openblas*1", "blis*1")})
            best = min(times.values())
            chosen = answer(leaves, bin_middle(n))[threads != 1]
            found[threads].append(numpy.log(times.get(chosen, numpy.inf) / best))
            for library in LIBRARIES.values():
                found[threads, library].append(numpy.log(times[library + suffix] / best))
    return found


def few_from(family, kind):
    """The side from which OpenBLAS 0.3.29 takes some threads."""
    side = FEW_FROM.get(family, OTHERS_FEW_FROM)
    return side[kind] if isinstance(side, dict) else side


def arms_text(ladder):
    one, many = fit.LADDERS[ladder]
    if many == one:
        return [one]
    if one == "openblas*1" and many == "blis*all":
        return [one, "openblas*all", "blis*all@%d" % MANY]
    return [one, many]


def spans(family, kind, leaves):
    """(end, arms) in rising order, with what nothing is known of filled in."""
    yield LEAST_KNOWN_SINGLE, ["openblas*1"]
    for leaf in sorted(leaves, key=lambda leaf: leaf.bounds.get("size", (0, 0))[0]):
        low, high = leaf.bounds.get("size", (0, numpy.inf))
        one, many = fit.LADDERS[leaf.ladder]
        if low < LEAST_KNOWN:
            yield min(high, LEAST_KNOWN, few_from(family, kind)), [one]
            # Not where even the next larger sizes are best on one thread.
            yield min(high, LEAST_KNOWN), [one] if many == one else [one, "openblas*%d@2" % FEW]
        yield high, arms_text(leaf.ladder)


def cells(family, kind, leaves):
    """The rules as text."""
    merged = [(0, None)]
    for end, arms in spans(family, kind, leaves):
        if arms == merged[-1][1]:
            merged[-1] = (max(end, merged[-1][0]), arms)
        elif end > merged[-1][0]:
            merged.append((end, arms))
    return ["  { %sarms = [%s] }," % ("" if end == numpy.inf else "size = [0, %d], " % end,
                                      ", ".join('"%s"' % arm for arm in arms))
            for end, arms in merged[1:]]


def names_of(kind, operation):
    # hemm and herk are what the complex graphs show; complex symm and syrk have no other source.
    return [kind + family for family in SHARED.get(operation, (operation,))
            if not (family in ("hemm", "herk") and kind in "sd")]


def rules_text(blocks):
    return "\n\n".join("[[routines]]\nnames = [%s]\nprovenance = \"%s\"\ncells = [\n%s\n]" %
                       (", ".join('"%s"' % name for name in names), SOURCE, "\n".join(lines))
                       for lines, names in blocks.items()) + "\n"


def panels(scores):
    """(title, held-out regret, regret as fitted, of OpenBLAS alone, of BLIS alone) of each panel."""
    for threads in (1, 64):
        for name, kinds in (("real", "sd"), ("complex", "cz")):
            def mean(which, key):
                values = [v for (kind, _), pair in scores.items() if kind in kinds for v in pair[which][key]]
                return numpy.exp(numpy.mean(values))
            yield ("%2d threads, %s" % (threads, name), mean(0, threads), mean(1, threads),
                   mean(1, (threads, "openblas")), mean(1, (threads, "blis")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("csv")
    parser.add_argument("--margin", type=float, default=0.01, help="in favour of simpler arms")
    parser.add_argument("--penalty", type=float, default=0.05,
                        help="summed log regret that a further cell must gain")
    parser.add_argument("--limit", type=float, default=numpy.inf,
                        help="fail where the held-out regret of a panel is above this")
    parser.add_argument("--check", metavar="TOML", help="fail where this table does not have the rules")
    options = parser.parse_args()
    scores, blocks = {}, collections.defaultdict(list)
    for (kind, operation), arms in read(options.csv).items():
        leaves = fitted(operation, arms, options)
        held_out = collections.defaultdict(list)
        for fold in range(FOLDS):
            part = score(arms, fitted(operation, without(arms, fold), options), fold)
            for key, values in part.items():
                held_out[key] += values
        scores[kind, operation] = held_out, score(arms, leaves)
        blocks[tuple(cells(operation.split("/")[0], kind, leaves))] += names_of(kind, operation)
    rules = rules_text(blocks)
    if not options.check:
        print(rules, end="")
    print("regret (geometric mean)  held out  as fitted  OpenBLAS alone  BLIS alone", file=sys.stderr)
    problems = []
    for panel in panels(scores):
        print("%-24s %.4f    %.4f     %.4f          %.4f" % panel, file=sys.stderr)
        if panel[1] > options.limit:
            problems.append("%s: held-out regret above %g" % (panel[0], options.limit))
    if options.check:
        with open(options.check, encoding="utf-8") as table:
            if rules not in table.read():
                problems.append(options.check + " does not have the rules that are fitted")
    for problem in problems:
        print("fit_neoverse.py: " + problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
