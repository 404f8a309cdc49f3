import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { kindOf } from './folder-kind.ts';

/** Of a folder, or whatever was given for one, in which a finished preparation should be and is not. */
export function notPrepared(dir: string): AnagramError<'source-failed'> {
  return new AnagramError(
    'source-failed',
    `${dir} holds no prepared pairs. Expected a folder that prepare has filled. ${remedyFor(dir)}`,
    { path: dir },
  );
}

function remedyFor(dir: string): string {
  const inner = preparedWithin(dir);
  if (inner !== undefined) return `Did you mean ${inner}?`;
  const kind = kindOf(dir);
  // A verifier of its own is the first that prepare leaves in a folder.
  if (kind === 'prepared pairs' || existsSync(join(dir, 'verifier', 'verifier-run.json'))) {
    return 'Its preparation has not ended: run the same prepare again.';
  }
  if (kind !== null) return `It holds ${kind}: give what prepare has filled.`;
  return `Prepare it first, into a folder of its own, \`anagram prepare ${dir} --dir ./data\`, and then give ./data.`;
}

/** The only folder of prepared pairs that lies in another, beside the verifier and the run of the same work. */
function preparedWithin(dir: string): string | undefined {
  try {
    const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const prepared = folders.map(({ name }) => join(dir, name)).filter((each) => kindOf(each) === 'prepared pairs');
    return prepared.length === 1 ? prepared[0] : undefined; // of several, any would be a guess
  } catch {
    return undefined; // no folder at all
  }
}
