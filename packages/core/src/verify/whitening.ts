/**
 * Added to every direction's variance, in mean variances: strong, so that rare directions are not blown up. Stronger where there are fewer
 * rows than directions: those few span a space of their own, in which all would come to be equally far from each other.
 */
const shrinkage = 2;

/**
 * What descriptors have in common counts less, what sets them apart more (whitened gradients, Hariharan et al. 2012): the
 * lower factor L of their second moments, C + 2·max(1, width / n)·mean(diag C)·I = L·Lᵀ, so that L⁻¹x · L⁻¹y = xᵀ(C + …)⁻¹y.
 * @param rows (n, width), centred. @returns (width, width), row by row.
 */
export function fitWhitening(rows: Float32Array, width: number): Float32Array {
  const n = rows.length / width;
  const moments = new Float64Array(width * width);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * width, (i + 1) * width);
    for (let a = 0; a < width; a++) {
      const value = row[a]! / n;
      if (value === 0) continue;
      for (let b = 0; b <= a; b++) moments[a * width + b]! += value * row[b]!;
    }
  }
  let trace = 0;
  for (let a = 0; a < width; a++) trace += moments[a * width + a]!;
  // Of equal pictures nothing is left: they stay what they are.
  const added = trace > 0 ? (shrinkage * Math.max(1, width / n) * trace) / width : 1;
  for (let a = 0; a < width; a++) moments[a * width + a]! += added;
  factorise(moments, width);
  return Float32Array.from(moments);
}

/** Cholesky's factor, in place of the lower triangle; the upper one is not read and stays zero. */
function factorise(matrix: Float64Array, width: number): void {
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let rest = matrix[a * width + b]!;
      for (let k = 0; k < b; k++) rest -= matrix[a * width + k]! * matrix[b * width + k]!;
      matrix[a * width + b] = a === b ? Math.sqrt(rest) : rest / matrix[b * width + b]!;
    }
  }
}

/** L⁻¹x, in place. */
export function whiten(row: Float32Array, factor: Float32Array): void {
  const width = row.length;
  for (let a = 0; a < width; a++) {
    let rest = row[a]!;
    for (let k = 0, at = a * width; k < a; k++) rest -= factor[at + k]! * row[k]!;
    row[a] = rest / factor[a * width + a]!;
  }
}
