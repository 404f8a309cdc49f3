import { fileURLToPath } from 'node:url';

/** The folder of this package, seen from `lib/` and from `dist/` alike. */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url));
