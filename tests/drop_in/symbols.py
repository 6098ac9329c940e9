# SPDX-License-Identifier: BSD-3-Clause
"""What nm and readelf say of a library."""

import re
import subprocess


def output(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True,
                          text=True).stdout


def exported(library):
    """Names of the defined dynamic symbols, without versions."""
    names = set()
    for line in output("nm", "-D", "--defined-only", library).splitlines():
        fields = line.split()
        if len(fields) >= 3 and fields[1] not in "Aa":
            names.add(fields[2].split("@")[0])
    return names


def is_interface(name):
    """Whether a name of another library belongs to BLAS, CBLAS or LAPACK."""
    if name.startswith("__") or name in ("_init", "_fini", "_edata", "_end", "__bss_start"):
        return False
    if name.startswith("cblas_") or name in ("RowMajorStrg", "CBLAS_CallFromC"):
        return True
    if re.match(r"(bli_|goto|blas_|openblas_|exec_blas|LAPACKE_|bla_|f2c_|ATL_)", name):
        return False
    return re.fullmatch(r"[a-z][a-z0-9_]*_", name) is not None


def dynamic(library):
    """Tag -> values of the dynamic section."""
    tags = {}
    for line in output("readelf", "-dW", library).splitlines():
        match = re.match(r"\s*0x\S+ \((\w+)\)\s+(.*)", line)
        if match:
            value = re.search(r"\[(.*)\]", match.group(2))
            tags.setdefault(match.group(1), []).append(value.group(1) if value else match.group(2))
    return tags


def glibc_versions(library):
    found = re.findall(r"GLIBC_(\d+)\.(\d+)", output("readelf", "-VW", library))
    return sorted({(int(major), int(minor)) for major, minor in found})


def segments(library):
    """(type, flags, alignment) of each program header."""
    rows = []
    for line in output("readelf", "-lW", library).splitlines():
        match = re.match(r"\s+([A-Z_]+)(?:\s+0x[0-9a-f]+){5}\s+([RWE ]{3})\s+(0x[0-9a-f]+|\d+)$",
                         line)
        if match:
            rows.append((match.group(1), match.group(2), int(match.group(3), 0)))
    return rows


def tls_bytes(library):
    for line in output("readelf", "-lW", library).splitlines():
        fields = line.split()
        if fields and fields[0] == "TLS":
            return int(fields[5], 16)
    return 0


def branch_protection(library):
    return output("readelf", "-nW", library)
