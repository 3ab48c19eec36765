"""Linear algebra in numpy: one system, all eigenvalues, and how fast this machine multiplies."""
import numpy as np
from peer import load, save, serve, setup, timed

N = setup["units"]
A = load("A", N, N)
b = np.ones(N)
found = None


def eigenvalues():
    global found
    seconds, found = timed(lambda: np.linalg.eigvals(A))
    return {"seconds": seconds}


def flops():
    size = 768
    M = np.random.default_rng(1).standard_normal((size, size))
    M @ M
    return {"rate": 2 * size**3 / min(timed(lambda: M @ M)[0] for _ in range(5))}


serve(
    {
        "solve": lambda: {"seconds": timed(lambda: np.linalg.solve(A, b))[0]},
        "solution": lambda: save("x", np.linalg.solve(A, b)),
        "eigenvalues": eigenvalues,
        "found": lambda: save("eigenvalues", np.array([found.real, found.imag])),
        "flops": flops,
    }
)
