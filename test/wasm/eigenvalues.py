"""numpy's eigenvalues of the matrices that eigen-numpy.test.ts draws: argv = [file of matrices, file for the answers].

In, float64 one after the other: n, d (n), A (n*n), with A = D B D^-1, D = 2^d.
Out: eigenvalues of A (n real parts, n imaginary parts), the condition of each as an eigenvalue of B (n), ||B|| (Frobenius).
"""
import sys

import numpy as np

data = np.fromfile(sys.argv[1])
answers = []
at = 0
while at < len(data):
    n = int(data[at])
    d, A = data[at + 1 : at + 1 + n], data[at + 1 + n : at + 1 + n + n * n].reshape(n, n)
    at += 1 + n + n * n
    values = np.linalg.eigvals(A)
    B = A * np.exp2(d[None, :] - d[:, None])
    of_B, V = np.linalg.eig(B)
    try:
        with np.errstate(all="ignore"):
            condition = np.linalg.norm(np.linalg.inv(V), axis=1)  # columns of V have length 1
    except np.linalg.LinAlgError:
        condition = np.full(n, np.inf)
    nearest = np.argmin(np.abs(values[:, None] - of_B[None, :]), axis=1)
    condition = np.where(np.isfinite(condition), condition, 1e300)[nearest]
    answers += [values.real, values.imag, condition, [np.linalg.norm(B)]]
np.concatenate(answers).astype(np.float64).tofile(sys.argv[2])
