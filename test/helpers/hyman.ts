import { type Complex, complex, minus, modulus, over, plus, times } from "./double-double";

/** An eigenvalue beyond double precision, with its condition number ‖x‖‖y‖ / |yᵀx|. */
export interface Reference {
  readonly value: Complex;
  readonly condition: number;
}

/**
 * The eigenvalue of an unreduced Hessenberg matrix nearest to a guess, by Newton's method on Hyman's form of the
 * characteristic polynomial: with xₙ = 1, rows n … 2 of (H − λ) x = 0 give xₙ₋₁ … x₁, and row 1 gives p(λ) up to a factor.
 *
 * @param H row-major, (n·n)
 */
export function refineEigenvalue(H: Float64Array, n: number, re: number, im: number): Reference {
  let value = complex(re, im);
  for (let step = 0; step < 8; step++) {
    const { p, slope } = hyman(H, n, value);
    value = minus(value, over(p, slope));
  }
  const { x } = hyman(H, n, value);
  const y = leftVector(H, n, value);
  const product = x.reduce((sum, xi, i) => plus(sum, times(xi, y[i])), complex(0));
  const length = (v: Complex[]): number => Math.hypot(...v.map(modulus));
  return { value, condition: (length(x) * length(y)) / modulus(product) };
}

function hyman(H: Float64Array, n: number, value: Complex): { x: Complex[]; p: Complex; slope: Complex } {
  const x: Complex[] = Array.from({ length: n }, () => complex(0));
  const dx = x.slice();
  x[n - 1] = complex(1);
  const row = (i: number): [Complex, Complex] => {
    let s = times(value, x[i]);
    let ds = plus(x[i], times(value, dx[i]));
    for (let j = i; j < n; j++) {
      const h = complex(H[i * n + j]);
      s = minus(s, times(h, x[j]));
      ds = minus(ds, times(h, dx[j]));
    }
    return [s, ds];
  };
  for (let i = n - 1; i > 0; i--) {
    const below = complex(H[i * n + i - 1]);
    const [s, ds] = row(i);
    x[i - 1] = over(s, below);
    dx[i - 1] = over(ds, below);
  }
  const [p, slope] = row(0);
  return { x, p, slope };
}

function leftVector(H: Float64Array, n: number, value: Complex): Complex[] {
  const y = [complex(1)];
  for (let j = 0; j + 1 < n; j++) {
    let s = times(value, y[j]);
    for (let i = 0; i <= j; i++) s = minus(s, times(y[i], complex(H[i * n + j])));
    y.push(over(s, complex(H[(j + 1) * n + j])));
  }
  return y;
}
