"""FORCE in numpy: as one writes it down from the equations, and tuned with BLAS in place."""
import numpy as np
from peer import load, save, serve, setup, timed

try:
    from scipy.linalg import blas
except ImportError:
    blas = None

N, I, O = setup["units"], setup["inputs"], setup["outputs"]
tau, every, alpha = setup["tau"], setup["trainEvery"], setup["alpha"]
Wr, Wfb, B, x0 = load("Wr", N, N), load("Wfb", N, O), load("B", N, I), load("x0", N)
u, f = load("input", -1, I), load("target", -1, O)


class Written:
    """The equations, line by line: every step makes new arrays."""

    def __init__(self):
        self.x, self.P, self.Wo, self.t = x0.copy(), np.eye(N) / alpha, np.zeros((O, N)), 0

    def advance(self, steps):
        x, P, Wo = self.x, self.P, self.Wo
        for t in range(self.t, self.t + steps):
            r = np.tanh(x)
            z = Wo @ r
            x = x + (-x + Wr @ r + Wfb @ z + B @ u[t]) / tau
            if (t + 1) % every == 0:
                k = P @ r
                c = 1 / (1 + r @ k)
                P = P - c * np.outer(k, k)
                Wo = Wo - c * np.outer(z - f[t], k)
        self.x, self.P, self.Wo, self.t = x, P, Wo, self.t + steps


class Tuned:
    """One triangle of P, dsymv and dsyr in place; no array of size N×N is made after the start."""

    def __init__(self):
        self.x, self.P, self.Wo, self.t = x0.copy(), np.asfortranarray(np.eye(N) / alpha), np.zeros((O, N)), 0
        self.a, self.r = np.empty(N), np.empty(N)

    def advance(self, steps):
        x, P, Wo, a, r = self.x, self.P, self.Wo, self.a, self.r
        for t in range(self.t, self.t + steps):
            np.tanh(x, out=r)
            z = Wo @ r
            np.dot(Wr, r, out=a)
            a += Wfb @ z + B @ u[t]
            a -= x
            a /= tau
            x += a
            if (t + 1) % every == 0:
                k = blas.dsymv(1.0, P, r, lower=1)
                c = 1 / (1 + r @ k)
                P = blas.dsyr(-c, k, a=P, lower=1, overwrite_a=1)
                Wo -= np.outer(c * (z - f[t]), k)
        self.P, self.t = P, self.t + steps


ways = {}


def way(name):
    if name not in ways:
        ways[name] = {"written": Written, "tuned": Tuned}[name]()
    return ways[name]


def restart(name):
    ways.pop(name, None)
    return {}


serve(
    {
        "advance": lambda name, steps: {"seconds": timed(lambda: way(name).advance(int(steps)))[0]},
        "result": lambda name: save("Wo-" + name, way(name).Wo),
        "restart": restart,
    }
)
