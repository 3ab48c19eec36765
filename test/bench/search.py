"""Fixed points in numpy and scipy, on F(x) = −x + Wc tanh x."""
import numpy as np
from peer import load, serve, setup, timed

N = setup["units"]
Wc, starts = load("Wc", N, N), load("starts", -1, N)
identity = np.eye(N)


def velocity(x):
    return Wc @ np.tanh(x) - x


def jacobian(x):
    return Wc * (1 - np.tanh(x) ** 2) - identity


def energy(x):
    F = velocity(x)
    return 0.5 * F @ F


def dogleg(x):
    """The dogleg of lib/dynamics/trust-region.ts on LAPACK: the same step, radius and rules for stopping."""
    F = velocity(x)
    q = 0.5 * F @ F
    history, isNew = [q], True
    radius = max(1.0, np.linalg.norm(x) / 3)
    for _ in range(300):
        rounding = 2.0**-53 * np.sqrt(N) * np.linalg.norm(x)
        if isNew:
            if q <= 1e-30 or np.linalg.norm(F) <= rounding:
                break
            J = jacobian(x)
            gradient = J.T @ F
            slope = J @ gradient
            newton = -np.linalg.solve(J, F)
            gg = gradient @ gradient
            cauchy = gg / (slope @ slope)
            if len(history) > 8 and q > 0.99 * history[-9]:
                break
        if np.linalg.norm(newton) <= 2.0**-50 * np.linalg.norm(x) or radius <= 2.0**-50 * np.linalg.norm(x):
            break
        step = -min(cauchy, radius / np.sqrt(gg)) * gradient
        if np.linalg.norm(newton) <= radius:
            step = newton
        elif cauchy * np.sqrt(gg) < radius:
            leg = newton - step
            a, b, c = leg @ leg, step @ leg, step @ step - radius * radius
            step = step + (np.sqrt(max(0.0, b * b - a * c)) - b) / a * leg
        model = F + J @ step
        length = np.linalg.norm(step)
        nextF = velocity(x + step)
        nextQ = 0.5 * nextF @ nextF
        gain = (q - nextQ) / (q - 0.5 * model @ model)
        if not gain >= 0.25:
            radius = 0.25 * length
        elif gain > 0.75 and length > 0.9 * radius:
            radius *= 2.5
        isNew = gain > 1e-4
        if isNew:
            x, F, q = x + step, nextF, nextQ
            history.append(q)
        elif np.linalg.norm(F) <= 1000 * rounding:
            break
    return x


def hybr(x):
    from scipy.optimize import root

    return root(velocity, x, jac=jacobian, method="hybr", tol=1e-14).x


def trust_exact(x):
    """scipy's trust region with the Gauss–Newton Hessian JᵀJ, as the paper has it."""
    from scipy.optimize import minimize

    def slope(x):
        return jacobian(x).T @ velocity(x)

    def hessian(x):
        J = jacobian(x)
        return J.T @ J

    return minimize(
        energy, x, jac=slope, hess=hessian, method="trust-exact", options=dict(gtol=1e-15, maxiter=100)
    ).x


ways = {"dogleg": dogleg, "hybr": hybr, "exact": trust_exact}


def search(way, number):
    seconds, x = timed(lambda: ways[way](starts[int(number)].copy()))
    return {"seconds": seconds, "q": energy(x)}


serve({"search": search})
