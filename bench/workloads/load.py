# SPDX-License-Identifier: BSD-3-Clause
"""How much of the machine other programs used meanwhile: a figure taken on a busy machine is no
figure, because OpenMP threads that spin for each other stand still when one of them is displaced.
"""
import os
import resource
import time

TICKS = os.sysconf("SC_CLK_TCK")


def machine_seconds():
    """CPU seconds used by everybody, with what the hypervisor took."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(field) for field in stat.readline().split()[1:9]]
    idle, waiting = ticks[3:5]
    return (sum(ticks) - idle - waiting) / TICKS


def process_seconds(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except OSError:
        return 0.0


def own_seconds(pids):
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ended = sum(usage.ru_utime + usage.ru_stime for usage in used)
    return ended + sum(map(process_seconds, pids))


class Load:
    """Cores that others kept busy, on average, since this was made."""

    def __init__(self, pids):
        self.pids = pids  # called: workers may be replaced
        self.start = time.monotonic()
        self.others = machine_seconds() - own_seconds(pids())

    def cores(self):
        others = machine_seconds() - own_seconds(self.pids()) - self.others
        return max(0.0, others / max(1e-3, time.monotonic() - self.start))
