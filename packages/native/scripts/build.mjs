// Builds the addon: `npm run build:addon -w @anagram/native`. Quick when nothing has changed; fetches libtorch if needed.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';

const inRepository = existsSync(new URL('../lib/build.ts', import.meta.url));
if (inRepository && !process.features.typescript) {
  console.error(
    `Node ${process.versions.node} cannot run TypeScript files. Expected Node 22.18 or newer. The repository brings one: npm run build:addon -w @anagram/native`,
  );
  process.exit(1);
}
const { buildAddon } = await import(inRepository ? '../lib/build.ts' : '../dist/build.js');

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => controller.abort(new Error(`stopped by ${signal}`)));
}

let shown = 0;
function onEvent(event) {
  if (event.type === 'stage-start') {
    shown = performance.now();
    console.log(`${event.stage}${event.total === null ? '' : ` (${(event.total / 1e6).toFixed(0)} MB)`}`);
  } else if (event.type === 'stage-progress' && event.stage !== 'addon-build' && performance.now() - shown > 2000) {
    shown = performance.now();
    const total = event.total === null ? '' : ` of ${(event.total / 1e6).toFixed(0)}`;
    console.log(`${event.stage}: ${(event.done / 1e6).toFixed(0)}${total} MB`);
  }
}

try {
  const { addon, libtorch, built } = await buildAddon({ signal: controller.signal, onEvent, onLine: console.log });
  console.log(`${built ? 'Built' : 'Up to date:'} ${relative(process.cwd(), addon)} (libtorch in ${libtorch})`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = controller.signal.aborted ? 130 : 1;
}
