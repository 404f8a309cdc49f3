import type { Environment } from './cache.ts';
import { LIBTORCH_VERSION } from './libtorch.ts';
import { run } from './process-run.ts';

export type Variant = 'cpu' | 'cu130';

export interface LibtorchArchive {
  url: string;
  /** Hex. Without one the first download's is recorded in the cache and later ones are held to it. */
  sha256?: string;
}

const host = 'https://download.pytorch.org/libtorch';

/** The official archive; there is none for Linux on ARM, where the wheel serves. */
export function archiveFor(variant: Variant): LibtorchArchive | undefined {
  const target = `${process.platform}-${process.arch}`;
  if (target === 'linux-x64') {
    return { url: `${host}/${variant}/libtorch-shared-with-deps-${LIBTORCH_VERSION}%2B${variant}.zip` };
  }
  if (target === 'darwin-arm64') return { url: `${host}/cpu/libtorch-macos-arm64-${LIBTORCH_VERSION}.zip` };
  return undefined;
}

/** CUDA's where the driver's own tool finds a card. */
export async function detectVariant(env: Environment): Promise<Variant> {
  const { code, output } = await run('nvidia-smi', ['-L'], { env, timeout: 20_000 });
  return code === 0 && output.includes('GPU ') ? 'cu130' : 'cpu';
}
