# SPDX-License-Identifier: BSD-3-Clause
"""The output: header and table on stdout, progress on stderr, raw samples as JSON."""
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time

from arms import BASE, user_settings
from measure import CONFIRM_PAIRS, SLOW_BAR, differing, geomean, ratio

WORST = 5
MEANS_AGAINST = (BASE, "openblas-tuned", "blis")


class Progress:
    """One line with the time left; on anything but a terminal, one line per workload."""

    def __init__(self, stream=sys.stderr):
        self.stream = stream
        self.live = stream.isatty()
        self.deadline = None
        self.last_label = None
        self.last_time = 0.0

    def expect(self, seconds):
        self.deadline = time.monotonic() + seconds

    def show(self, label, part):
        now = time.monotonic()
        new = label != self.last_label
        if not new and (not self.live or now - self.last_time < 0.1):
            return
        left = ""
        if self.deadline is not None:
            seconds = max(0, round(self.deadline - now))
            left = f"  {seconds // 60} min {seconds % 60:02d} s left"
        if self.live:
            bar = "#" * round(20 * part)
            self.stream.write(f"\r\033[K[{bar:<20}] {label}{left}")
        else:
            self.stream.write(f"{label}{left}\n")
        self.stream.flush()
        self.last_label, self.last_time = label, now

    def clear(self):
        if self.live:
            self.stream.write("\r\033[K")
            self.stream.flush()

    def note(self, text):
        self.clear()
        self.stream.write(f"bench: {text}\n")
        self.stream.flush()


def machine():
    found = {}
    try:
        environment = dict(os.environ, LC_ALL="C")
        text = subprocess.run(
            ["lscpu"], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for line in text.splitlines():
            key, _, value = line.partition(":")
            found.setdefault(key.strip(), value.strip())
    except (OSError, subprocess.CalledProcessError):
        pass
    system = ""
    try:
        with open("/etc/os-release", encoding="utf-8") as release:
            system = re.search(r'^PRETTY_NAME="?([^"\n]*)', release.read(), re.M).group(1)
    except (OSError, AttributeError):
        pass
    return {
        "cpu": found.get("Model name") or platform.machine(),
        "architecture": platform.machine(),
        "family": found.get("CPU family"),
        "model": found.get("Model"),
        "cores": len(os.sched_getaffinity(0)),
        "virtual": found.get("Hypervisor vendor"),
        "system": system,
        "kernel": platform.release(),
    }


def versions(arms):
    about = arms[BASE].about
    config = next((lib["config"] for lib in about["openblas"].values()), "")
    match = re.search(r"OpenBLAS (\S+)", config)
    found = {
        "python": about["python"],
        "numpy": about["numpy"],
        "scipy": about["scipy"],
        "OpenBLAS": match.group(1) if match else "unknown",
    }
    if "blis" in arms:
        found["BLIS"] = arms["blis"].blis.get("version", "unknown")
    return found


def header(arms, effort, quick):
    host = machine()
    kind = f", virtual ({host['virtual']})" if host["virtual"] else ""
    cpu_id = f", family {host['family']} model {host['model']}" if host["family"] else ""
    lines = [
        f"machine   {host['cores']} cores of {host['cpu']}{cpu_id}{kind}",
        f"system    {host['system']}, Linux {host['kernel']}",
        f"date      {datetime.datetime.now().astimezone().strftime('%Y-%m-%d %H:%M %Z')}",
        "versions  " + ", ".join(f"{name} {text}" for name, text in versions(arms).items()),
    ]
    settings = user_settings()
    if settings:
        shown = " ".join(f"{name}={value}" for name, value in settings.items())
        lines.append(f"settings  {shown} (for every arm)")
    for index, (name, arm) in enumerate(arms.items()):
        lines.append(f"{'kernels' if index == 0 else '':<8}  {name:<15} {arm.kernels()}")
    lines.append(
        f"method    arms interleaved, up to {effort.rounds} rounds, at least"
        f" {effort.target * 1e3:.0f} ms each{' (--quick)' if quick else ''}"
    )
    return "\n".join(lines)


def median_ms(samples):
    values = [value for value in samples if value is not None]
    return statistics.median(values) * 1e3 if values else None


def times_faster(value):
    if value is None:
        return "-"
    return f"{value:.3f}x" if value >= 0.1 else f"{value:.4f}x"


def cell(row, arm):
    return "FAILED" if arm in row.failed else times_faster(ratio(row.samples, arm, BASE))


def table(rows, arms):
    """One line per workload: time of OpenBLAS, how many times faster each other arm is."""
    others = [name for name in arms if name != BASE]
    widths = {name: max(9, len(name)) for name in others}
    head = f"{'workload':<21} {BASE + ' ms':>11}"
    head += "".join(f"  {name:>{widths[name]}}" for name in others)
    lines = [head + f"  {'checksum':>11}  agree", "-" * (len(head) + 20)]
    for row in rows:
        base_ms = median_ms(row.samples.get(BASE, []))
        text = f"{row.name:<21} {'-' if base_ms is None else format(base_ms, '.4g'):>11}"
        text += "".join(f"  {cell(row, name):>{widths[name]}}" for name in others)
        checksum = next(iter(row.checksums.values()), None)
        shown = format(checksum[1][0], ".6g") if checksum else "-"  # of the first part: by rows
        lines.append(text + f"  {shown:>11}  {'DIFFERS' if differing(row) else 'ok'}")
    return "\n".join(lines)


def means_of(rows, arms):
    """{arm: {base: geomean over the workloads that both ran}}"""
    return {
        arm: {
            base: geomean([ratio(row.samples, arm, base) for row in rows])
            for base in MEANS_AGAINST
            if base in arms and base != arm
        }
        for arm in arms
    }


def means(rows, arms):
    bases = [base for base in MEANS_AGAINST if base in arms]
    lines = [f"{'geometric means':<21}" + "".join(f"  {'over ' + base:>20}" for base in bases)]
    for arm, found in means_of(rows, arms).items():
        cells = "".join(f"  {times_faster(found.get(base)):>20}" for base in bases)
        done = sum(1 for row in rows if row.samples.get(arm) and arm not in row.failed)
        part = f"  ({done} of {len(rows)} workloads)" if done < len(rows) else ""
        lines.append(f"{arm:<21}{cells}{part}")
    return "\n".join(lines)


def confirmed_ratio(row, arm):
    return ratio(row.confirmed, arm, BASE) if row.confirmed else None


def worst(rows, arm, left_out):
    rated = [(ratio(row.samples, arm, BASE), row) for row in rows]
    rated = sorted((item for item in rated if item[0]), key=lambda item: item[0])
    shown = [item for item in rated if item[1].confirmed or item[1] in left_out]
    shown += [item for item in rated if item not in shown][: max(0, WORST - len(shown))]
    lines = [f"worst workloads of {arm} (against {BASE})"]
    for first, row in shown:
        second = confirmed_ratio(row, arm)
        text = f"  {row.name:<21} {times_faster(first)}"
        if second is not None:
            text += f", second run {times_faster(second)}"
            pairs = sum(1 for value in row.confirmed[arm] if value)
            verdict = "confirmed" if second < SLOW_BAR else "not confirmed"
            verdict = verdict if pairs >= CONFIRM_PAIRS else "undecided: the machine was too busy"
            text += f" ({pairs} pairs): below {SLOW_BAR}x is {verdict}"
        elif row in left_out:
            text += ", no time for a second run: run it alone with --workloads"
        lines.append(text)
    return "\n".join(lines)


def failures(rows):
    lines = []
    for row in rows:
        for reason in row.failed.values():
            lines.append(f"FAILED {row.name}: {reason}")
        for arm in differing(row):
            found = row.drifted.get(arm, row.checksums[arm])
            values = ", ".join(format(value, ".12g") for value, _ in found[:3])
            lines.append(f"DIFFERS {row.name}: {arm} found {values}")
            others = {name: sums for name, sums in row.checksums.items() if name != arm}
            for name, sums in others.items():
                values = ", ".join(format(value, ".12g") for value, _ in sums[:3])
                lines.append(f"        {name} found {values}")
    return lines


def as_json(rows, arms, quick):
    return {
        "format": 1,
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "quick": quick,
        "machine": machine(),
        "versions": versions(arms),
        "settings": user_settings(),
        "arms": {
            name: {
                "environment": arm.variables,
                "kernels": arm.kernels(),
                "libraries": arm.about["libraries"],
            }
            for name, arm in arms.items()
        },
        "workloads": [
            {
                "name": row.name,
                "loops": row.loops,
                "seconds_per_call": row.samples,
                "ratio_over_openblas": {arm: ratio(row.samples, arm, BASE) for arm in row.samples},
                "second_run_seconds_per_call": row.confirmed,
                "checksums": {
                    arm: [value for value, _ in found] for arm, found in row.checksums.items()
                },
                "differs": differing(row),
                "failed": row.failed,
            }
            for row in rows
        ],
        "geomeans": means_of(rows, arms),
    }


def save(path, content):
    """Whole or not at all: a run that is interrupted leaves the last complete state."""
    partial = path + ".part"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    os.replace(partial, path)
