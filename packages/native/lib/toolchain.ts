import { cmakeMissing, compilerMissing } from './advice.ts';
import type { Environment } from './cache.ts';
import { run } from './process-run.ts';

export interface Toolchain {
  /** First line of `--version`. */
  compiler: string;
  cmake: string;
}

/**
 * The compiler and cmake that the build will use.
 * @throws NativeError `compiler-missing`, `cmake-missing`, with the commands that install them.
 */
export async function checkToolchain(env: Environment = process.env): Promise<Toolchain> {
  return { compiler: await findCompiler(env), cmake: await findCmake(env) };
}

export async function findCompiler(env: Environment): Promise<string> {
  const tried: string[] = [];
  for (const program of env.CXX ? [env.CXX] : ['c++', 'g++', 'clang++']) {
    const { code, output } = await run(program, ['--version'], { env });
    if (code === 0) return firstLine(output);
    tried.push(`${program} --version: ${firstLine(output)}`);
  }
  throw compilerMissing(tried);
}

export async function findCmake(env: Environment): Promise<string> {
  const { code, output } = await run('cmake', ['--version'], { env });
  const version = /cmake version (\d+)\.(\d+)/.exec(output);
  const recent = version !== null && Number(version[1]) * 1000 + Number(version[2]) >= 3018;
  if (code === 0 && recent) return firstLine(output);
  throw cmakeMissing([`cmake --version: ${firstLine(output)}`]);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
