# SPDX-License-Identifier: BSD-3-Clause
"""threadpoolctl on Switchblas: what it limits is limited, what it gives back is as it was. With
3.2 and newer it knows Switchblas; older ones set the loaded backends and libgomp directly."""

import child
import pytest
import threadpoolctl

pytestmark = pytest.mark.parametrize("form", child.FORMS.values(), ids=child.FORMS)
REGISTERS = hasattr(threadpoolctl, "register")
needs_register = pytest.mark.skipif(
    not REGISTERS, reason="this threadpoolctl cannot be told of other libraries"
)

LIMITS = """
import switchblas, threadpoolctl
multiply()
def pools():
    return sorted((p["internal_api"], p["filepath"], p["num_threads"])
                  for p in threadpoolctl.threadpool_info())
def now():
    info = switchblas.info()
    return [info["cap"], info["limits"]["process"]]
def elsewhere(call):
    out = []
    thread = threading.Thread(target=lambda: out.append(call()))
    thread.start(); thread.join()
    return out[0]
"""


def ours(pools):
    return [pool for pool in pools if pool[0] == "switchblas"]


@pytest.mark.parametrize("user_api", [None, "blas"])
def test_limits(form, user_api):
    seen = child.run(
        LIMITS
        + f"""
seen = {{"before": [now(), pools(), threads_of(multiply)]}}
with threadpoolctl.threadpool_limits(limits=1, user_api={user_api!r}):
    seen["inside"] = [now(), pools(), threads_of(multiply)]
    seen["elsewhere"] = elsewhere(now)
seen["after"] = [now(), pools(), threads_of(multiply)]
# Each backend by itself has its threads back too.
for name in ("openblas", "blis"):
    with switchblas.backend(name):
        seen[name] = threads_of(multiply)
print(json.dumps(seen))
""",
        form,
    )
    (cap, _), _, threads = seen["before"]
    assert cap >= 2 and threads > 1, "this test needs two cores"
    assert seen["inside"][0][0] == 1 and seen["inside"][2] == 1
    assert seen["after"][:2] == seen["before"][:2] and seen["after"][2] > 1
    assert seen["openblas"] > 1 and seen["blis"] > 1
    if REGISTERS:
        assert [pool[2] for pool in ours(seen["before"][1])] == [cap]
        assert [pool[2] for pool in ours(seen["inside"][1])] == [1]
        assert seen["elsewhere"] == [1, 1]  # the whole process
        assert seen["after"][0] == [cap, 0]
    else:
        assert not ours(seen["before"][1])


def test_nested_limits(form):
    seen = child.run(
        LIMITS
        + """
seen = [now()]
with threadpoolctl.threadpool_limits(limits=1):
    seen.append(now())
    with threadpoolctl.threadpool_limits(limits=2):
        seen.append(now())
    seen.append(now())
    with switchblas.threads(1):
        seen.append(now())
    seen.append(now())
seen.append(now())
with switchblas.threads(1):
    with threadpoolctl.threadpool_limits(limits=2):
        inside = now()
    between = now()
seen.append(now())
print(json.dumps([seen, inside, between]))
""",
        form,
    )
    steps, inside, between = seen
    caps = [cap for cap, _ in steps]
    assert caps == [caps[0], 1, 2, 1, 1, 1, caps[0], caps[0]]
    assert steps[0] == steps[-1] == steps[-2] == [caps[0], 0]
    assert inside == ([2, 2] if REGISTERS else [1, 1])
    assert between == [1, 1]


@needs_register
def test_limit_before_the_first_call(form):
    """The backends are not there yet, for threadpoolctl to find; Switchblas is."""
    seen = child.run(
        """
        import numpy, threadpoolctl, switchblas
        with threadpoolctl.threadpool_limits(limits=1):
            multiply()
            inside = [switchblas.info()["cap"], threads_of(multiply)]
        print(json.dumps([inside, switchblas.info()["cap"], switchblas.info()["limits"]]))
        """,
        form,
    )
    inside, after, limits = seen
    assert after >= 2 and limits == {"process": 0, "thread": 0}
    assert inside == [1, 1]


@needs_register
def test_info(form):
    pools = child.run(
        """
        import threadpoolctl, switchblas
        print(json.dumps(threadpoolctl.threadpool_info()))
        """,
        form,
    )
    (pool,) = [pool for pool in pools if pool["internal_api"] == "switchblas"]
    assert pool["user_api"] == "blas" and pool["threading_layer"] == "openmp"
    assert pool["filepath"] == str(child.LIBDIR / "switchblas/libswitchblas-core.so.0")
    assert pool["version"].count(".") == 2 and pool["num_threads"] >= 1


@needs_register
def test_selected_limit(form):
    """Switchblas alone: the OpenMP setting of the program stays."""
    seen = child.run(
        LIMITS
        + """
controller = threadpoolctl.ThreadpoolController().select(internal_api="switchblas")
with controller.limit(limits=1):
    seen = [now(), pools(), threads_of(multiply)]
print(json.dumps([seen, now(), threads_of(multiply)]))
""",
        form,
    )
    (inside, pools, one), after, threads = seen
    assert inside == [1, 1] and one == 1
    assert all(pool[2] >= 2 for pool in pools if pool[0] == "openmp")
    assert after[1] == 0 and threads > 1


def test_without_switchblas_the_import_changes_nothing(form):
    del form  # there is none
    with_us, without = (
        child.run(
            f"""
            import json, numpy, threadpoolctl
            numpy.ones((9, 9)) @ numpy.ones((9, 9))
            {line}
            pools = sorted(threadpoolctl.threadpool_info(), key=lambda p: p["filepath"])
            with threadpoolctl.threadpool_limits(1):
                inside = [p["num_threads"] for p in threadpoolctl.threadpool_info()]
            print(json.dumps([pools, inside]))
            """,
            child.PLAIN,
            prelude="",
        )
        for line in ("import switchblas", "pass")
    )
    assert with_us == without and set(with_us[1]) == {1}
