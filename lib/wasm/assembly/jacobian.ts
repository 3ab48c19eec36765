/** The Jacobian of a flow of rates, J = −I + W diag s, with s the slopes of the rates.  [J15 eq. 21] */

/** Fills J (n × n) from W and s; both are row-major without padding. */
export function fillJacobian(W: usize, s: usize, J: usize, n: i32): void {
  const stride = <usize>n << 3;
  for (let i = 0; i < n; i++) {
    scaleRow(W, s, J, n);
    const diagonal = J + (<usize>i << 3);
    store<f64>(diagonal, load<f64>(diagonal) - 1.0);
    W += stride;
    J += stride;
  }
}

/** outⱼ = aⱼ sⱼ, (n). */
export function scaleRow(a: usize, s: usize, out: usize, n: i32): void {
  const end = (<usize>n & ~1) << 3;
  for (let o: usize = 0; o < end; o += 16) v128.store(out + o, f64x2.mul(v128.load(a + o), v128.load(s + o)));
  if (n & 1) store<f64>(out + end, load<f64>(a + end) * load<f64>(s + end));
}
