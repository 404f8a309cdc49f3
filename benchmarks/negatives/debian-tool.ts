import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianDir, fetchDebianPackage, unpackDebianPackage } from '@anagram/worlds/tuxpaint';

/** A folder in which the packages are unpacked, fetched with apt at first use; nothing is installed. */
export async function unpacked(packages: readonly string[]): Promise<string> {
  const root = join(debianDir(), packages[0]!);
  if (existsSync(join(root, 'done'))) return root;
  for (const name of packages) await unpackDebianPackage(await fetchDebianPackage({ name }), root);
  await writeFile(join(root, 'done'), '');
  return root;
}

/** What a program of an unpacked package says about lines of text. */
export function ask(root: string, program: string, args: readonly string[], lines: readonly string[]): Promise<string> {
  const lib = join(root, 'usr', 'lib');
  const folders = readdirSync(lib, { withFileTypes: true }).filter((each) => each.isDirectory());
  const libraries = [lib, ...folders.map(({ name }) => join(lib, name))].join(':');
  const env = { ...process.env, LD_LIBRARY_PATH: libraries, LC_ALL: 'C.UTF-8' };
  // link-parser looks for its dictionaries from where it stands.
  const cwd = join(root, 'usr', 'share');
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'usr', 'bin', program), args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-1000);
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(new Error(`${program} ended with ${code}: ${said.trim()}`));
    });
    child.stdin.end(`${lines.join('\n')}\n`);
  });
}
