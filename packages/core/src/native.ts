import type { Binding } from '@anagram/native';

let loading: Promise<Binding> | undefined;

/**
 * The one door to the addon, opened at first use, so that everything that needs no tensors works without it.
 * @throws NativeError from `@anagram/native` that lists what was tried and the commands that help.
 */
export function native(): Promise<Binding> {
  loading ??= import('@anagram/native').then((addon) => addon.loadBinding());
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/**
 * Sets how many threads one operation may use, in every model of this process; default: libtorch's choice, all processors.
 * Each model in use has an engine thread of its own besides: 1 is right for several small models side by side. Results are
 * bit-equal only between runs with the same number.
 */
export async function setThreads(count: number): Promise<void> {
  (await native()).setThreads(count);
}
