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
