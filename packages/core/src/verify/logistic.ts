export interface LogisticInput {
  /** (n, width), row by row. */
  readonly rows: Float64Array;
  /** (n) in 0–1; soft targets are fine. */
  readonly target: Float64Array;
  /** (n) */
  readonly rowWeights: Float64Array;
  readonly width: number;
  /** (width + 1), the bias last. */
  readonly start?: Float64Array;
  /** Gaussian prior of each coefficient, the bias last; default: mean 0, precision 1, none on the bias. */
  readonly prior?: { readonly mean: readonly number[]; readonly precision: readonly number[] };
}

/** Weighted logistic regression by Newton's method. @returns (width + 1), the bias last. */
export function logisticFit(input: LogisticInput): Float64Array {
  const size = input.width + 1;
  const coefficients = input.start?.slice() ?? new Float64Array(size);
  for (let iteration = 0; iteration < 50; iteration++) {
    const { gradient, hessian } = curvature(input, coefficients);
    const step = solve(hessian, gradient, size);
    let largest = 0;
    for (let a = 0; a < size; a++) {
      const bounded = Math.max(-4, Math.min(4, step[a]!));
      coefficients[a]! += bounded;
      largest = Math.max(largest, Math.abs(bounded));
    }
    if (largest < 1e-8) break;
  }
  return coefficients;
}

/** Gradient of the log-posterior, (size), and its negative Hessian, (size, size). */
export function curvature(
  { rows, target, rowWeights, width, prior }: LogisticInput,
  coefficients: Float64Array,
): { gradient: Float64Array; hessian: Float64Array } {
  const size = width + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const precision = prior?.precision[k] ?? (k < width ? 1 : 1e-9);
    gradient[k]! += precision * ((prior?.mean[k] ?? 0) - coefficients[k]!);
    hessian[k * size + k]! += precision;
  }
  const row = new Float64Array(size).fill(1);
  for (let i = 0; i < target.length; i++) {
    row.set(rows.subarray(i * width, (i + 1) * width));
    let x = 0;
    for (let k = 0; k < size; k++) x += coefficients[k]! * row[k]!;
    const p = 1 / (1 + Math.exp(-x));
    const error = rowWeights[i]! * (target[i]! - p);
    const curve = rowWeights[i]! * p * (1 - p);
    for (let a = 0; a < size; a++) {
      gradient[a]! += error * row[a]!;
      for (let b = 0; b < size; b++) hessian[a * size + b]! += curve * row[a]! * row[b]!;
    }
  }
  return { gradient, hessian };
}

/** Solves a small system by elimination with pivots. @param matrix (size, size). */
export function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const a = matrix.slice();
  const x = right.slice();
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(a[row * size + column]!) > Math.abs(a[pivot * size + column]!)) pivot = row;
    }
    if (pivot !== column) {
      for (let k = 0; k < size; k++) {
        [a[column * size + k], a[pivot * size + k]] = [a[pivot * size + k]!, a[column * size + k]!];
      }
      [x[column], x[pivot]] = [x[pivot]!, x[column]!];
    }
    for (let row = column + 1; row < size; row++) {
      const factor = a[row * size + column]! / a[column * size + column]!;
      for (let k = column; k < size; k++) a[row * size + k]! -= factor * a[column * size + k]!;
      x[row]! -= factor * x[column]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= a[row * size + k]! * x[k]!;
    x[row]! /= a[row * size + row]!;
  }
  return x;
}
