import { existsSync } from 'node:fs';
import { addonFile, readBuildRecord } from './built.ts';
import type { Environment } from './cache.ts';
import { messageOf } from './errors.ts';
import { findLibtorch, libtorchVersion } from './libtorch.ts';
import { loadBinding } from './load.ts';
import { findCmake, findCompiler } from './toolchain.ts';

export interface DoctorFact {
  name: 'compiler' | 'cmake' | 'libtorch' | 'addon';
  ok: boolean;
  /** What was found, or what is wrong and what helps. */
  text: string;
}

/** What this machine has of what the addon needs. Changes and fetches nothing, throws nothing. */
export async function doctor(env: Environment = process.env): Promise<DoctorFact[]> {
  return [
    await fact('compiler', () => findCompiler(env)),
    await fact('cmake', () => findCmake(env)),
    await fact('libtorch', async () => {
      const record = readBuildRecord();
      const version = record && libtorchVersion(record.libtorch);
      if (record && version) return `${version} in ${record.libtorch} (the addon was built with it)`;
      const { found, tried } = await findLibtorch({ env });
      if (!found) throw new Error(['none', ...tried, 'Fetch it: npx anagram setup'].join('\n'));
      return `${found.version} in ${found.folder} (${found.from})`;
    }),
    await fact('addon', async () => {
      if (!existsSync(addonFile)) throw new Error('not built yet: npx anagram setup');
      const { libtorch, devices, threads } = loadBinding().info();
      return `libtorch ${libtorch}, ${devices.join(', ')}, ${threads} threads`;
    }),
  ];
}

async function fact(name: DoctorFact['name'], find: () => Promise<string>): Promise<DoctorFact> {
  try {
    return { name, ok: true, text: await find() };
  } catch (error) {
    return { name, ok: false, text: messageOf(error) };
  }
}
