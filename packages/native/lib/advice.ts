import { NativeError } from './errors.ts';

const packages = {
  compiler: { debian: 'g++ make', fedora: 'gcc-c++ make', macos: 'xcode-select --install' },
  cmake: { debian: 'cmake', fedora: 'cmake', macos: 'brew install cmake' },
  pip: { debian: 'python3-pip', fedora: 'python3-pip', macos: 'brew install python' },
} as const;

/** The exact commands that install a tool, for the systems we know. */
export function installCommands(tool: keyof typeof packages): string[] {
  const { debian, fedora, macos } = packages[tool];
  return [
    `Debian, Ubuntu: sudo apt-get install -y ${debian}`,
    `Fedora: sudo dnf install -y ${fedora}`,
    `macOS: ${macos}`,
  ];
}

export function compilerMissing(tried: readonly string[]): NativeError {
  return new NativeError({
    code: 'compiler-missing',
    what: 'No C++ compiler was found. Expected g++ 11 or clang++ 14, or newer, to build the addon.',
    tried,
    solutions: [
      ...installCommands('compiler'),
      'Another compiler: CXX=/path/to/g++ npm run build:addon -w @anagram/native',
    ],
  });
}

export function cmakeMissing(tried: readonly string[]): NativeError {
  return new NativeError({
    code: 'cmake-missing',
    what: 'No usable cmake was found. Expected cmake 3.18 or newer on the PATH.',
    tried,
    solutions: installCommands('cmake'),
  });
}

/** `needed` in bytes; 0 = not known. */
export function diskFull(folder: string, needed: number, cause?: unknown): NativeError {
  const room = needed > 0 ? ` About ${megabytes(needed)} MB are needed there.` : '';
  return new NativeError({
    code: 'disk-full',
    what: `The disk under ${folder} is full.${room}`,
    solutions: [
      `See what is left: df -h ${folder}`,
      'Put the cache on another disk: ANAGRAM_CACHE=/path/with/room npx anagram setup',
    ],
    cause,
  });
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** Runs `body`; a full disk becomes an error that says so. */
export async function withDiskAdvice<T>(folder: string, needed: number, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(folder, needed, error);
    throw error;
  }
}
