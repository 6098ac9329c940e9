#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes everything that follows from blas.txt and lapack.txt into the build folder.

usage: generate.py OUTPUT_FOLDER blas.txt lapack.txt

  catalogue/routines.h    the routed routines: enum Routine and what the table and the command know of them
  catalogue/symbols.h     every exported symbol: its kind, and the routine behind it
  entry/fortran.inc       one line per typed Fortran entry: (name, pattern, type)
  entry/cblas.inc         one line per typed CBLAS entry
  entry/OBJECT.inc        the stubs of an object, in the order of its slots (blas, lapack, all)
  entry/OBJECT.map        its version script
  catalogue/id.h          a fingerprint of the list of symbols
  catalogue/symbols.txt   the same names for tests: object, kind, symbol

Only the standard library is used: users build without a network.
"""
import hashlib
import sys
from pathlib import Path

LETTERS = "sdcz"
CXX_TYPE = {"s": "float", "d": "double", "c": "ComplexFloat", "z": "ComplexDouble"}
API = [
    "openblas_get_num_threads", "openblas_set_num_threads", "openblas_get_config",
    "openblas_get_corename", "openblas_get_parallel",
    "bli_thread_get_num_threads", "bli_thread_set_num_threads",
]
SWITCHBLAS_API = [
    "switchblas_version", "switchblas_get_num_threads", "switchblas_set_num_threads",
    "switchblas_get_num_threads_limit", "switchblas_set_num_threads_local",
    "switchblas_get_num_threads_local", "switchblas_set_backend", "switchblas_get_backend",
    "switchblas_set_reproducible", "switchblas_get_reproducible", "switchblas_explain",
    "switchblas_report",
]
# Data that testers take by COPY relocation.
DATA = ["RowMajorStrg", "CBLAS_CallFromC"]


class Routine:
    def __init__(self, name, family, pattern, letter, cblas, source):
        self.name, self.family, self.pattern = name, family, pattern
        self.letter, self.cblas, self.source = letter, cblas, source


class Catalogue:
    def __init__(self):
        self.patterns = {}   # name -> (chars, dims)
        self.routines = []   # in file order
        self.symbols = {}    # symbol -> (kind, routine name or ""), in file order
        self.objects = {"blas": [], "lapack": []}

    def add_symbol(self, group, symbol, kind, routine=""):
        known = self.symbols.get(symbol)
        if known is not None and known != (kind, routine):
            raise SystemExit(f"{symbol} stands in the catalogue twice: {known} and {(kind, routine)}")
        self.symbols[symbol] = (kind, routine)
        if symbol not in self.objects[group]:
            self.objects[group].append(symbol)


def expand(word):
    """'?axpy' -> saxpy daxpy caxpy zaxpy; 'cblas_?rotg' likewise."""
    return [word.replace("?", t) for t in LETTERS] if "?" in word else [word]


def mangled(name):
    return name if name.startswith("cblas_") else name + "_"


def type_of(name):
    if name[0] in LETTERS:
        return name[0]
    raise SystemExit(f"the matrix type of {name} must be given as {name}:t")


def read(path, group, catalogue):
    listing = None  # (kind, types) of the list that indented lines continue
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.split("#")[0].rstrip()
        if not text:
            continue
        words = text.split()
        if line[0].isspace():
            if listing is None:
                raise SystemExit(f"{path}:{number}: an indented line continues no list")
            for word in words:
                for name in [t + word for t in listing] if listing else [word]:
                    catalogue.add_symbol(group, mangled(name), "forward")
            continue
        listing = None
        kind, rest = words[0], words[1:]
        if kind == "pattern":
            fields = dict(w.split("=", 1) for w in rest[1:])
            catalogue.patterns[rest[0]] = (fields["chars"], fields["dims"])
        elif kind == "routine":
            read_routine(path, group, catalogue, rest)
        elif kind == "forward" and len(rest) <= 1 and all(set(w) <= set(LETTERS) for w in rest):
            listing = rest[0] if rest else ""
        elif kind == "forward":
            for name in (n for w in rest for n in expand(w)):
                catalogue.add_symbol(group, mangled(name), "forward")
        elif kind == "own":
            for name in (n for w in rest for n in expand(w)):
                catalogue.add_symbol(group, mangled(name), "own")
        elif kind == "raw":
            for name in rest:
                catalogue.add_symbol(group, name, "forward")
        else:
            raise SystemExit(f"{path}:{number}: unknown row '{kind}'")


def read_routine(path, group, catalogue, words):
    family, pattern, names = words[0], words[1], words[2:]
    cblas = ""
    if names[-1].startswith("cblas="):
        cblas = names.pop().split("=")[1]
    if pattern not in catalogue.patterns:
        raise SystemExit(f"{path.name}: {family}: unknown pattern {pattern}")
    for word in names:
        word, _, letter = word.partition(":")
        for name in expand(word):
            routine = Routine(name, family, pattern, letter or type_of(name), cblas, path.name)
            catalogue.routines.append(routine)
            catalogue.add_symbol(group, name + "_", "typed", name)
            if cblas:
                suffix = "_sub" if cblas == "sub" else ""
                catalogue.add_symbol(group, f"cblas_{name}{suffix}", "cblas", name)


def camel(pattern):
    return "".join(part.capitalize() for part in pattern.split("_"))


def routines_header(c):
    out = ["// Written by catalogue/generate.py from blas.txt and lapack.txt.", "#pragma once", "",
           "#include <cstdint>", "", "namespace switchblas::catalogue {", "",
           "enum class Routine : std::uint16_t {"]
    out += [f"  {r.name}," for r in c.routines]
    out += ["};", "", "struct RoutineInfo {",
            "  const char* name;    // \"dgemm\"",
            "  const char* family;  // \"gemm\"",
            "  char type;           // s, d, c, z",
            "  const char* chars;   // CHARACTER*1 arguments; * = part of the variant",
            "  const char* dims;    // size arguments",
            "  unsigned char dim_count;",
            "  unsigned char variant_count;",
            "};", "",
            f"inline constexpr int kRoutineCount = {len(c.routines)};",
            "inline constexpr RoutineInfo kRoutines[kRoutineCount] = {"]
    for r in c.routines:
        chars, dims = c.patterns[r.pattern]
        out.append(f'    {{"{r.name}", "{r.family}", \'{r.letter}\', "{chars}", "{dims}", '
                   f"{len(dims.split(','))}, {2 ** chars.count('*')}}},")
    out += ["};", "", "}  // namespace switchblas::catalogue", ""]
    return "\n".join(out)


def symbols_header(c):
    index = {r.name: i for i, r in enumerate(c.routines)}
    out = ["// Written by catalogue/generate.py from blas.txt and lapack.txt.", "#pragma once", "",
           "#include <cstdint>", "", "namespace switchblas::catalogue {", "",
           "enum class SymbolKind : std::uint8_t { typed, cblas, forward, own, api };", "",
           "struct Symbol {",
           "  const char* name;       // as exported: \"dgemm_\", \"cblas_dgemm\"",
           "  SymbolKind kind;",
           "  std::int16_t routine;   // typed and cblas: index into kRoutines, else -1",
           "};", "",
           f"inline constexpr int kSymbolCount = {len(c.symbols)};",
           "inline constexpr Symbol kSymbols[kSymbolCount] = {"]
    for symbol, (kind, routine) in c.symbols.items():
        out.append(f'    {{"{symbol}", SymbolKind::{kind}, {index.get(routine, -1)}}},')
    out += ["};", "", "}  // namespace switchblas::catalogue", ""]
    return "\n".join(out)


def id_header(c):
    fingerprint = hashlib.sha256("\n".join(c.symbols).encode()).hexdigest()[:16]
    return "\n".join(["// Written by catalogue/generate.py from blas.txt and lapack.txt.", "#pragma once", "",
                      "namespace switchblas::catalogue {",
                      f'inline constexpr char kCatalogueId[] = "{fingerprint}";',
                      "}  // namespace switchblas::catalogue", ""])


def write(path, text):
    """Leaves a file alone that is already right, so that nothing is rebuilt for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    out = Path(sys.argv[1])
    c = Catalogue()
    read(Path(sys.argv[2]), "blas", c)
    read(Path(sys.argv[3]), "lapack", c)
    for name in API:
        c.add_symbol("blas", name, "api")
    objects = {"blas": c.objects["blas"], "lapack": c.objects["lapack"]}
    for name in SWITCHBLAS_API:
        c.symbols[name] = ("api", "")
    objects["all"] = list(c.symbols)

    write(out / "catalogue/routines.h", routines_header(c))
    write(out / "catalogue/symbols.h", symbols_header(c))
    write(out / "catalogue/id.h", id_header(c))
    fortran = [f"SWITCHBLAS_FORTRAN({r.name}, {camel(r.pattern)}, {CXX_TYPE[r.letter]})"
               for r in c.routines]
    write(out / "entry/fortran.inc", "\n".join(fortran) + "\n")
    cblas = [f"SWITCHBLAS_CBLAS({r.name}, {'Sub' if r.cblas == 'sub' else ''}{camel(r.pattern)}, "
             f"{CXX_TYPE[r.letter]})" for r in c.routines if r.cblas]
    write(out / "entry/cblas.inc", "\n".join(cblas) + "\n")
    others = [f"SWITCHBLAS_{kind.upper()}({symbol})" for symbol, (kind, _) in c.symbols.items()
              if kind in ("own", "api")]
    write(out / "entry/others.inc", "\n".join(others) + "\n")

    ids = {symbol: i for i, symbol in enumerate(c.symbols)}
    listing = []
    for name, symbols in objects.items():
        stubs = [f"STUB {symbol}, {slot}, {ids[symbol]}" for slot, symbol in enumerate(symbols)]
        write(out / f"entry/{name}.inc", f".set stub_count, {len(symbols)}\n" + "\n".join(stubs) + "\n")
        data = DATA if name != "lapack" else []
        exported = "".join(f"    {s};\n" for s in symbols + data)
        write(out / f"entry/{name}.map", "{\n  global:\n" + exported + "  local: *;\n};\n")
        listing += [f"{name} {c.symbols[s][0]} {s}" for s in symbols]
    write(out / "catalogue/symbols.txt", "\n".join(listing) + "\n")


if __name__ == "__main__":
    main()
