/** Largest absolute difference of two arrays; NaN where one has a NaN. */
export function largestDifference(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  checkLengths(received, expected);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(received[i]! - expected[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** At most `keep` evenly spaced values, those that `towers.py` keeps. */
export function sampled(values: Float32Array, keep: number): Float32Array {
  const step = Math.max(1, Math.ceil(values.length / keep));
  return step === 1
    ? values
    : Float32Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]!);
}

/**
 * Tensors whose gradient is nothing but rounding noise are measured together with the tensor beside them. A key bias moves nothing: the
 * biases of a ResNet's attention pool are one tensor here, as they are everywhere else in open_clip. Of a bias before another batch
 * normalisation little arrives: it is one tensor with its gain.
 */
function jointName(name: string): string {
  return name
    .replace(/attnpool\.[qkv]_proj\.bias$/, 'attnpool.in_proj_bias')
    .replace(/(bn\d|downsample\.1)\.(weight|bias)$/, '$1');
}

/** ‖received − expected‖ / ‖expected − origin‖ of many tensors. */
export class Distances {
  readonly #sums = new Map<string, { apart: number; whole: number }>();

  /** @param origin Zero where it is left out. */
  add(name: string, received: ArrayLike<number>, expected: ArrayLike<number>, origin?: ArrayLike<number>): void {
    checkLengths(received, expected);
    if (origin) checkLengths(origin, expected);
    const joint = jointName(name);
    let { apart, whole } = this.#sums.get(joint) ?? { apart: 0, whole: 0 };
    for (let i = 0; i < expected.length; i++) {
      apart += (received[i]! - expected[i]!) ** 2;
      whole += (expected[i]! - (origin ? origin[i]! : 0)) ** 2;
    }
    this.#sums.set(joint, { apart, whole });
  }

  /** Of the tensor that is furthest off; NaN is further than all. */
  worst(): { name: string; value: number } {
    let result = { name: '', value: 0 };
    for (const [name, { apart, whole }] of this.#sums) {
      const value = apart === 0 ? 0 : Math.sqrt(apart / whole);
      if (!(value <= result.value)) result = { name, value };
    }
    return result;
  }
}

function checkLengths(received: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (received.length !== expected.length) {
    throw new RangeError(`Expected ${expected.length} values, received ${received.length}.`);
  }
}
