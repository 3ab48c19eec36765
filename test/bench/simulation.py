"""The simulation step in numpy, and the noise study: trial by trial, and all levels of noise as one product."""
import functools

import numpy as np
from peer import load, save, serve, setup, timed

N, I, O, tau = setup["units"], setup["inputs"], setup["outputs"], setup["tau"]
Wr, Wfb, B, Wo, x0 = load("Wr", N, N), load("Wfb", N, O), load("B", N, I), load("Wo", O, N), load("x0", N)
u = load("input", -1, I)
levels = np.array(setup["levels"])


class Simulation:
    def __init__(self):
        self.x, self.t = x0.copy(), 0

    def advance(self, steps):
        x = self.x
        for t in range(self.t, self.t + steps):
            r = np.tanh(x)
            z = Wo @ r
            x = x + (-x + Wr @ r + Wfb @ z + B @ u[t]) / tau
        self.x, self.t = x, self.t + steps


def trial(W, steps):
    """One trial at one level of noise; the large product is in the precision of W."""
    x, outputs = x0.copy(), np.zeros((steps, O))
    for t in range(steps):
        r = np.tanh(x)
        z = Wo @ r
        x = x + (-x + W @ r.astype(W.dtype, copy=False) + Wfb @ z + B @ u[t]) / tau
        outputs[t] = z
    return outputs


def all_levels(both, steps):
    """One trial at all levels at once: W r + level E r, one state a column."""
    X, outputs = np.repeat(x0[:, None], len(levels), 1), np.zeros((steps, O, len(levels)))
    rates = np.empty((2 * N, len(levels)))
    for t in range(steps):
        R = np.tanh(X)
        z = Wo @ R
        rates[:N] = R
        rates[N:] = R * levels
        X = X + (-X + both @ rates + Wfb @ z + (B @ u[t])[:, None]) / tau
        outputs[t] = z
    return outputs


@functools.cache
def noise():
    return load("noise", N, N)


def measured_trial(steps, level, precision):
    noise()
    before, W = timed(lambda: (Wr + float(level) * noise()).astype(precision, copy=False))
    seconds, outputs = timed(lambda: trial(W, int(steps)))
    return {"before": before, "seconds": seconds, **save("trial", outputs)}


def measured_levels(steps):
    both = np.hstack([Wr, noise()])
    return {"seconds": timed(lambda: all_levels(both, int(steps)))[0]}


run = Simulation()
serve(
    {
        "advance": lambda steps: {"seconds": timed(lambda: run.advance(int(steps)))[0]},
        "result": lambda: save("x", run.x),
        "trial": measured_trial,
        "levels": measured_levels,
    }
)
