import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '@anagram/native';

const run = promisify(execFile);
const requirements = join(import.meta.dirname, 'requirements.txt');
const cpuIndex = 'https://download.pytorch.org/whl/cpu';
const oldest = [3, 10] as const;

/**
 * The Python that has the reference libraries: `ANAGRAM_PARITY_PYTHON` where it is set, else that of a virtual environment
 * under the user's cache folder, made at first use and kept for as long as `requirements.txt` stays the same.
 */
export async function referencePython(say: (line: string) => void): Promise<string> {
  const given = process.env.ANAGRAM_PARITY_PYTHON;
  if (given) return given;
  const pins = await readFile(requirements);
  const name = `venv-${createHash('sha256').update(pins).digest('hex').slice(0, 12)}`;
  const folder = join(cacheFolder(process.env), 'parity', name);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  const base = await findPython();
  say(`parity: installing the reference libraries into ${folder}; about 1 GB, once`);
  await rm(folder, { recursive: true, force: true });
  await need(
    base,
    ['-m', 'venv', folder],
    `${base} cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)`,
  );
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  // PyPI's torch for Linux on x64 brings CUDA, several gigabytes that nothing here uses.
  const torch = pins
    .toString()
    .split('\n')
    .filter((line) => /^torch(vision)?==/.test(line));
  if (process.platform === 'linux' && process.arch === 'x64' && (await reachable(cpuIndex))) {
    await need(python, [...pip, '--index-url', cpuIndex, ...torch], `pip could not install ${torch.join(' ')}`);
  }
  await need(python, [...pip, '-r', requirements], `pip could not install ${requirements}`);
  await writeFile(complete, pins);
  return python;
}

async function findPython(): Promise<string> {
  const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  for (const name of names) {
    const found = await run(name, ['-c', 'import sys; print(*sys.version_info[:2])']).catch(() => null);
    const [major = 0, minor = 0] = found?.stdout.trim().split(' ').map(Number) ?? [];
    if (major === oldest[0] && minor >= oldest[1]) return name;
  }
  throw new Error(
    `The parity suite needs Python ${oldest.join('.')} or newer on the PATH, or ANAGRAM_PARITY_PYTHON=/path/to/python that has ${requirements}.`,
  );
}

async function need(program: string, args: readonly string[], otherwise: string): Promise<void> {
  await run(program, [...args], { maxBuffer: 2 ** 26 }).catch((cause: Error & { stderr?: string }) => {
    throw new Error(`${otherwise}: ${(cause.stderr || cause.message).trim().slice(-2000)}`, { cause });
  });
}

async function reachable(url: string): Promise<boolean> {
  return fetch(`${url}/`, { method: 'HEAD', signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
