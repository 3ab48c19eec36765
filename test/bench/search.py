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


def first_leg(J, gradient, radius):
    """Two steps of conjugate gradients on ½‖F + J s‖², as far as the radius; and whether they end inside it."""
    step, residual, direction = np.zeros(N), gradient.copy(), -gradient
    rr = residual @ residual
    for _ in range(2):
        image = J @ direction
        along, across, outside = direction @ direction, step @ direction, step @ step - radius * radius
        border = (np.sqrt(max(0.0, across * across - along * outside)) - across) / along
        part = rr / (image @ image)
        if not part < border:
            return step + border * direction, False
        step = step + part * direction
        residual += part * (J.T @ image)
        rr, before = residual @ residual, rr
        direction = rr / before * direction - residual
    return step, True


def dogleg(x):
    """The dogleg of lib/dynamics/trust-region.ts on LAPACK: the same step, radius and rules for stopping."""
    F = velocity(x)
    q = 0.5 * F @ F
    history, isNew, wasNewton = [q], True, False
    radius = max(1.0, np.linalg.norm(x) / 3)
    for _ in range(300):
        rounding = 2.0**-53 * np.sqrt(N) * np.linalg.norm(x)
        if isNew:
            if q <= 1e-30 or np.linalg.norm(F) <= rounding:
                break
            J, newton = jacobian(x), None
            gradient = J.T @ F
            if len(history) > 8 and q > 0.9 * history[-9]:
                break
        if radius <= 2.0**-50 * np.linalg.norm(x):
            break
        if newton is None and wasNewton:
            newton = -np.linalg.solve(J, F)
        wasNewton = newton is not None and np.linalg.norm(newton) <= radius
        if wasNewton:
            step = newton
        else:
            step, isInside = first_leg(J, gradient, radius)
            if isInside:
                if newton is None:
                    newton = -np.linalg.solve(J, F)
                wasNewton = np.linalg.norm(newton) <= radius
                leg = newton - step
                a, b, c = leg @ leg, step @ leg, step @ step - radius * radius
                step = step + min(1.0, (np.sqrt(max(0.0, b * b - a * c)) - b) / a) * leg
        if newton is not None and np.linalg.norm(newton) <= 2.0**-50 * np.linalg.norm(x):
            break
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
