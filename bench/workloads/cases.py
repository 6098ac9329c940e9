# SPDX-License-Identifier: BSD-3-Clause
"""The numpy/scipy workloads, as users write them.

Inputs are made without BLAS from a fixed seed, so that they are bit-identical under every library.
A checksum is a list of (value, relative tolerance): it survives what a library may choose freely
(signs of vectors, order of conjugate pairs, rounding) and shows a single wrong element.
"""
import zlib
from dataclasses import dataclass
from typing import Any, Callable, List, Tuple

import numpy as np
import scipy.linalg

Checksum = List[Tuple[float, float]]

TIGHT = 1e-9  # values: well conditioned in every workload here
LOOSE = 1e-6  # vectors: their error grows with 1 / gap between the values
SINGLE = 1e-4  # results in single precision


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[np.random.Generator], Any]  # inputs
    run: Callable[[Any], Any]  # what is timed
    check: Callable[[Any], Checksum]

    def inputs(self):
        return self.make(np.random.default_rng(zlib.crc32(self.name.encode())))


def summary(array, tolerance) -> Checksum:
    """Norm and position-weighted sums of absolute values, by element-wise code only: no BLAS."""
    size = np.abs(np.atleast_2d(array)).astype(np.float64, copy=False)
    rows = size.sum(axis=1)
    columns = size.sum(axis=0)
    row_weights = 1 + 0.5 * np.sin(np.arange(rows.size))
    column_weights = 1 + 0.5 * np.sin(np.arange(columns.size))
    np.multiply(size, size, out=size)
    return [
        (float(np.sqrt(size.sum())), tolerance),
        (float((rows * row_weights).sum()), tolerance),
        (float((columns * column_weights).sum()), tolerance),
    ]


def tight(result) -> Checksum:
    return summary(result, TIGHT)


def check_parts(*tolerances):
    """For a result of several arrays, each with its own tolerance; None: not compared."""

    def check(parts) -> Checksum:
        return [
            entry
            for part, tolerance in zip(parts, tolerances)
            if tolerance is not None
            for entry in summary(part, tolerance)
        ]

    return check


def check_eig(result) -> Checksum:
    values, vectors = result
    order = np.argsort(np.abs(values), kind="stable")
    return summary(values[order], TIGHT) + summary(vectors[:, order], LOOSE)


def check_lstsq(result) -> Checksum:
    solution, residuals, rank, singular = result
    return tight(solution) + tight(singular) + [(float(rank), 0.0)]


def normal(*shape, dtype=np.float64):
    def make(rng):
        real = rng.standard_normal(shape)
        if np.issubdtype(dtype, np.complexfloating):
            real = real + 1j * rng.standard_normal(shape)
        return real.astype(dtype, copy=False)

    return make


def positive_definite(n):
    def make(rng):
        a = rng.standard_normal((n, n))
        return (a + a.T) / 2 + 2 * np.sqrt(n) * np.eye(n)

    return make


def symmetric(n):
    def make(rng):
        a = rng.standard_normal((n, n))
        return (a + a.T) / 2

    return make


def pair(first, second):
    return lambda rng: (first(rng), second(rng))


def product(ab):
    return ab[0] @ ab[1]


def matmul(label, m, k, n, dtype, tolerance=TIGHT):
    return Case(
        f"matmul {label}",
        pair(normal(m, k, dtype=dtype), normal(k, n, dtype=dtype)),
        product,
        lambda result: summary(result, tolerance),
    )


def gram(n):
    return Case(f"A.T @ A {n}", normal(n, n), lambda a: a.T @ a, tight)


def linalg_cases():
    for n in (64, 200, 500):
        yield Case(
            f"solve {n}", pair(normal(n, n), normal(n)), lambda ab: np.linalg.solve(*ab), tight
        )
    for n in (64, 200, 500):
        yield Case(f"inv {n}", normal(n, n), np.linalg.inv, tight)
    for n in (64, 200, 500):
        yield Case(f"cholesky {n}", positive_definite(n), np.linalg.cholesky, tight)
    for n in (64, 200, 500):
        yield Case(f"qr {n}", normal(n, n), np.linalg.qr, check_parts(LOOSE, LOOSE))
    for n in (64, 200, 500):
        yield Case(f"eigh {n}", symmetric(n), np.linalg.eigh, check_parts(TIGHT, LOOSE))
    for n in (64, 200, 500):
        yield Case(f"svd {n}", normal(n, n), np.linalg.svd, check_parts(LOOSE, TIGHT, LOOSE))
    for n in (64, 200, 500):
        # Over-determined, as a fit is: 2n observations of n unknowns.
        yield Case(
            f"lstsq {n}",
            pair(normal(2 * n, n), normal(2 * n)),
            lambda ab: np.linalg.lstsq(*ab, rcond=None),
            check_lstsq,
        )


def run_pca(x):
    centred = x - x.mean(axis=0)
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    return u[:, :20] * s[:20], s, vt


def make_pca(rng):
    # Columns of distinct scale: the leading components are then well separated.
    return rng.standard_normal((4000, 200)) * np.linspace(3.0, 0.1, 200)


def run_ridge(xy):
    x, y = xy
    normal_matrix = x.T @ x
    normal_matrix[np.diag_indices_from(normal_matrix)] += 1.0
    return scipy.linalg.solve(normal_matrix, x.T @ y, assume_a="pos")


def rbf_kernel(a, b):
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2.0 * (a @ b.T)
    return np.exp(-0.5 * np.maximum(squares, 0.0))


def run_gaussian_process(data):
    x, y, x_new = data
    covariance = rbf_kernel(x, x)
    covariance[np.diag_indices_from(covariance)] += 0.1
    factor = scipy.linalg.cholesky(covariance, lower=True)
    alpha = scipy.linalg.cho_solve((factor, True), y)
    cross = rbf_kernel(x, x_new)
    mean = cross.T @ alpha
    v = scipy.linalg.solve_triangular(factor, cross, lower=True)
    variance = 1.0 - (v * v).sum(axis=0)
    likelihood = -0.5 * (y @ alpha) - np.log(np.diag(factor)).sum()
    return mean, variance, np.array([likelihood])


def make_gaussian_process(rng):
    x = rng.standard_normal((600, 8))
    return x, np.sin(x).sum(axis=1), rng.standard_normal((200, 8))


def run_small_matmuls(pairs):
    return [a @ b for a, b in pairs]


def make_small_matmuls(rng):
    return list(zip(rng.standard_normal((1000, 12, 12)), rng.standard_normal((1000, 12, 12))))


def make_kalman(rng):
    states, sensors, steps = 16, 8, 2000
    f = 0.95 * np.eye(states) + 0.05 * np.eye(states, k=1)
    h = rng.standard_normal((sensors, states))
    return f, h, rng.standard_normal((steps, sensors))


def run_kalman(data):
    f, h, observations = data
    q = 0.1 * np.eye(f.shape[0])
    r = np.eye(h.shape[0])
    x = np.zeros(f.shape[0])
    p = np.eye(f.shape[0])
    for z in observations:
        x = f @ x
        p = f @ p @ f.T + q
        hp = h @ p
        s = hp @ h.T + r
        gain = np.linalg.solve(s, hp).T
        x = x + gain @ (z - h @ x)
        p = p - gain @ hp
    return x, p


def all_cases() -> List[Case]:
    return [
        *(matmul(f"d {n}", n, n, n, np.float64) for n in (64, 200, 500, 1000)),
        matmul("d 2000x16x2000", 2000, 16, 2000, np.float64),
        matmul("s 500", 500, 500, 500, np.float32, SINGLE),
        matmul("z 300", 300, 300, 300, np.complex128),
        gram(500),
        gram(1000),
        *linalg_cases(),
        Case("eig 200", normal(200, 200), np.linalg.eig, check_eig),
        Case(
            "expm 200", lambda rng: rng.standard_normal((200, 200)) / 14.0, scipy.linalg.expm, tight
        ),
        Case("pca 4000x200", make_pca, run_pca, check_parts(LOOSE, TIGHT, LOOSE)),
        Case("ridge 20000x64", pair(normal(20000, 64), normal(20000)), run_ridge, tight),
        Case(
            "gaussian process 600",
            make_gaussian_process,
            run_gaussian_process,
            check_parts(TIGHT, TIGHT, TIGHT),
        ),
        Case(
            "1000 matmuls 12x12",
            make_small_matmuls,
            run_small_matmuls,
            lambda result: tight(np.concatenate(result)),
        ),
        Case("kalman 2000 steps", make_kalman, run_kalman, check_parts(TIGHT, TIGHT)),
    ]
