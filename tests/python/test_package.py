# SPDX-License-Identifier: BSD-3-Clause
"""The Python package in processes that have Switchblas, and in one that has not."""

import re

import child
import pytest

pytestmark = pytest.mark.parametrize("form", child.FORMS.values(), ids=child.FORMS)


def test_it_finds_the_library_that_numpy_uses(form):
    before, after, version, info, cores = child.run(
        """
        import switchblas
        from switchblas._library import mapped_files
        def cores():
            return [f for f in mapped_files() if "libswitchblas-core" in f]
        before = cores()
        found = [switchblas.loaded(), switchblas.version(), switchblas.info()]
        multiply()
        print(json.dumps([before, cores(), *found[1:], found[0]]))
        """,
        form,
    )
    assert len(before) == 1 and before == after and cores
    assert before[0] == str(child.LIBDIR / "switchblas/libswitchblas-core.so.0")
    project = (child.ROOT / "CMakeLists.txt").read_text()
    assert version == re.search(r"project\(switchblas VERSION ([\d.]+)", project)[1]
    assert version == re.search(r'^version = "([\d.]+)"', pyproject(), re.M)[1]
    assert info["version"] == version and info["cap"] >= 1
    assert {b["kind"] for b in info["backends"] if b["loaded"]} >= {"openblas", "blis"}
    assert info["limits"] == {"process": 0, "thread": 0}


def pyproject():
    return (child.ROOT / "python/pyproject.toml").read_text()


def test_limit_of_the_process(form):
    seen = child.run(
        """
        import switchblas
        def now():
            info = switchblas.info()
            return [info["cap"], info["limits"]["process"]]
        def in_another_thread(call):
            out = []
            thread = threading.Thread(target=lambda: out.append(call()))
            thread.start(); thread.join()
            return out[0]
        multiply()
        seen = {"before": now(), "all": threads_of(multiply)}
        with switchblas.threads(1):
            seen["inside"] = now()
            seen["one"] = threads_of(multiply)
            seen["elsewhere"] = in_another_thread(now)
            with switchblas.threads(2):
                seen["inner"] = now()
            seen["inside again"] = now()
            with switchblas.threads(None):
                seen["none"] = now()
        seen["after"] = now()
        seen["all again"] = threads_of(multiply)
        try:
            with switchblas.threads(1):
                raise KeyError
        except KeyError:
            seen["after an exception"] = now()
        change = switchblas.threads(1)
        seen["call"] = now()
        change.restore()
        seen["restored"] = now()
        print(json.dumps(seen))
        """,
        form,
    )
    cap = seen["before"][0]
    assert cap >= 2, "this test needs two cores"
    assert seen["before"] == [cap, 0] and seen["all"] > 1
    assert seen["inside"] == seen["elsewhere"] == seen["inside again"] == seen["call"] == [1, 1]
    assert seen["one"] == 1
    assert seen["inner"] == [2, 2] and seen["none"] == [cap, 0]
    assert seen["after"] == seen["after an exception"] == seen["restored"] == [cap, 0]
    assert seen["all again"] > 1


def test_limit_of_one_thread(form):
    seen = child.run(
        """
        import switchblas
        def now():
            info = switchblas.info()
            return [info["cap"], info["limits"]["process"], info["limits"]["thread"]]
        multiply()
        seen, inside, go_on = {"before": now()}, threading.Event(), threading.Event()
        def limited():
            with switchblas.threads(1, scope="thread"):
                seen["limited"] = now()
                seen["one"] = threads_of(multiply)
                inside.set(); go_on.wait()
            seen["limited after"] = now()
        thread = threading.Thread(target=limited)
        thread.start(); inside.wait()
        seen["other"] = now()
        seen["all"] = threads_of(multiply)
        go_on.set(); thread.join()
        print(json.dumps(seen))
        """,
        form,
    )
    cap = seen["before"][0]
    assert seen["before"] == seen["other"] == seen["limited after"] == [cap, 0, 0]
    assert seen["limited"] == [1, 0, 1] and seen["one"] == 1
    assert seen["all"] > 1


def test_backend(form):
    seen = child.run(
        """
        import switchblas
        switchblas.threads(1)
        rng = numpy.random.default_rng(1)
        a, b = rng.random((600, 600)), rng.random((600, 600))
        def bits():
            return (a @ b).tobytes().hex()
        def arm():
            return switchblas.explain("dgemm", m=600, n=600, k=600)["arm"]["backend"]
        free = bits()
        names, products = [switchblas.info()["forced_backend"]], {}
        for name in ("openblas", "BLIS"):
            with switchblas.backend(name):
                names += [switchblas.info()["forced_backend"], arm()]
                products[name.lower()] = bits()
                with switchblas.backend("auto"):
                    names.append(switchblas.info()["forced_backend"])
                names.append(switchblas.info()["forced_backend"])
        names.append(switchblas.info()["forced_backend"])
        refused = []
        for name in ("fastest", "reference"):
            try:
                switchblas.backend(name)
            except (ValueError, RuntimeError) as error:
                refused.append(type(error).__name__ + ": " + str(error))
        print(json.dumps([names, products["openblas"] != products["blis"],
                          free == products[arm()], bits() == free, refused]))
        """,
        form,
    )
    names, differ, as_said, as_before, refused = seen
    assert names == ["auto", "openblas", "openblas", "auto", "openblas", "blis", "blis", "auto",
                     "blis", "auto"]  # fmt: skip
    assert differ and as_said and as_before
    assert refused[0].startswith("ValueError") and "auto, openblas, blis, reference" in refused[0]
    assert refused[1].startswith("RuntimeError") and "openblas, blis" in refused[1]


def test_reproducible(form):
    seen = child.run(
        """
        import switchblas
        now = lambda: switchblas.info()["reproducible"]
        seen = [now()]
        with switchblas.reproducible():
            seen.append(now())
            with switchblas.reproducible(False):
                seen.append(now())
            seen.append(now())
        seen.append(now())
        print(json.dumps(seen))
        """,
        form,
    )
    assert seen == [False, True, False, True, False]


def test_explain(form):
    answer, trsm, ddot = child.run(
        """
        import switchblas
        print(json.dumps([
            switchblas.explain("DGEMM", m=1000, n=numpy.int64(900), k=64, transb="t"),
            switchblas.explain("dtrsm", m=500, n=20, side="R", diag="U"),
            switchblas.explain("ddot", n=10),
        ]))
        """,
        form,
    )
    assert answer["routine"] == "dgemm" and answer["flags"] == "NT"
    assert answer["sizes"] == [1000, 900, 64]
    assert answer["arm"]["backend"] in ("openblas", "blis")
    assert 1 <= answer["arm"]["threads"] <= answer["cap"]["threads"]
    assert answer["table"]["path"].endswith(".sbt") and answer["provenance"]
    low, high = answer["cell"]["n"]
    assert low <= 900 <= high
    assert trsm["flags"] == "RUNU" and trsm["sizes"] == [500, 20]
    assert ddot["flags"] == "" and ddot["arm"]["threads"] == 1


WRONG = {
    'switchblas.explain("dgemm", m=1, n=2)': ("TypeError", "needs k", "transa=N|T|C"),
    'switchblas.explain("dgemm")': ("TypeError", "needs m, n, k"),
    'switchblas.explain("dgemm", m=1, n=2, k=3, side="L")': ("TypeError", "has no side"),
    'switchblas.explain("dgemm", m=1, n=2, k=3.5)': ("TypeError", "float"),
    'switchblas.explain("dgemm", m=1, n=2, k="3")': ("TypeError", "k must be an integer"),
    'switchblas.explain("dgemm", m=1, n=2, k=-3)': ("ValueError", "k must be from 0"),
    'switchblas.explain("dgemm", m=1, n=2, k=2**31)': ("ValueError", "k must be from 0"),
    'switchblas.explain("dgemm", m=1, n=2, k=3, transa="X")': ("ValueError", "transa", "N|T|C"),
    'switchblas.explain("dgemm", m=1, n=2, k=3, transa="")': ("ValueError", "transa", "N|T|C"),
    'switchblas.explain("dgemm", m=1, n=2, k=3, transa=0)': ("TypeError", "transa", "N|T|C"),
    'switchblas.explain("dgesdd", m=1, n=2)': ("ValueError", "not routed"),
    'switchblas.explain("frobnicate")': ("ValueError", "no BLAS or LAPACK routine"),
    'switchblas.explain(7)': ("TypeError", "'dgemm'"),
    'switchblas.threads(0)': ("ValueError", "at least 1"),
    'switchblas.threads(-1)': ("ValueError", "at least 1"),
    'switchblas.threads(True)': ("TypeError", "bool"),
    'switchblas.threads("2")': ("TypeError", "integer"),
    'switchblas.threads(2, scope="planet")': ("ValueError", "process", "thread"),
}  # fmt: skip


def test_wrong_arguments_are_named(form):
    said = child.run(
        f"""
        import switchblas
        said = {{}}
        for call in {list(WRONG)!r}:
            try:
                eval(call)
                said[call] = "nothing"
            except Exception as error:
                said[call] = f"{{type(error).__name__}}: {{error}}"
        assert switchblas.info()["limits"] == {{"process": 0, "thread": 0}}
        print(json.dumps(said))
        """,
        form,
    )
    for call, (kind, *words) in WRONG.items():
        assert said[call].startswith(kind + ": "), said[call]
        assert all(word in said[call] for word in words), said[call]


def test_disabled(form):
    refused, ran = child.run(
        """
        import switchblas
        multiply()
        try:
            switchblas.backend("blis")
            refused = ""
        except RuntimeError as error:
            refused = str(error)
        with switchblas.backend("auto"):
            ran = switchblas.info()["disabled"]
        print(json.dumps([refused, ran]))
        """,
        form,
        SWITCHBLAS_DISABLE=1,
    )
    assert "SWITCHBLAS_DISABLE" in refused and ran is True


NOT_LOADED = """
import json
{before}
import switchblas
said = []
for call in (switchblas.version, switchblas.info, lambda: switchblas.threads(1),
             lambda: switchblas.backend("blis"), switchblas.reproducible,
             lambda: switchblas.explain("dgemm", m=1, n=1, k=1)):
    try:
        call()
    except switchblas.NotLoadedError as error:
        said.append(str(error))
with open("/proc/self/maps") as maps:
    print(json.dumps([switchblas.loaded(), "libswitchblas" in maps.read(), said]))
"""


@pytest.mark.parametrize("before", ["import numpy; numpy.ones((9, 9)) @ numpy.ones((9, 9))", ""])
def test_without_switchblas_it_says_how_to_start(form, before):
    del form  # there is none
    loaded, mapped, said = child.run(NOT_LOADED.format(before=before), child.PLAIN, prelude="")
    assert not loaded and not mapped
    assert len(said) == 6 and len(set(said)) == 1
    assert ("openblas" in said[0]) if before else ("import numpy first" in said[0])
    for word in ("switchblas run", "LD_PRELOAD", "update-alternatives"):
        assert word in said[0]


def test_linked_and_preloaded_at_once(form):
    """As `switchblas run` has it: two objects of ours, one core."""
    del form
    cores, limits = child.run(
        """
        import switchblas
        from switchblas._library import mapped_files
        multiply()
        switchblas.threads(1)
        cores = [f for f in mapped_files() if "libswitchblas-core" in f]
        print(json.dumps([cores, [threads_of(multiply), switchblas.info()["cap"]]]))
        """,
        {**child.PRELOAD, **child.LINKED},
    )
    assert len(cores) == 1 and limits == [1, 1]


def test_it_can_be_imported_before_numpy(form):
    seen = child.run(
        """
        import json, switchblas
        before = switchblas.loaded()
        import numpy
        numpy.ones((9, 9)) @ numpy.ones((9, 9))
        print(json.dumps([before, switchblas.loaded(), switchblas.version()]))
        """,
        form,
        prelude="",
    )
    assert seen[0] == ("LD_PRELOAD" in form) and seen[1] and seen[2]
