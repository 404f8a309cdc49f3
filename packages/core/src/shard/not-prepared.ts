import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { kindOf } from './folder-kind.ts';

/** Of a folder, or whatever was given for one, in which a finished preparation should be and is not. */
export function notPrepared(dir: string): AnagramError<'source-failed'> {
  const kind = kindOf(dir);
  // A verifier of its own is the first that prepare leaves in a folder.
  const begun = kind === 'prepared pairs' || existsSync(join(dir, 'verifier', 'verifier-run.json'));
  const remedy = begun
    ? 'Its preparation has not ended: run the same prepare again.'
    : kind !== null
      ? `It holds ${kind}: give what prepare has filled.`
      : `Prepare it first, into a folder of its own, \`anagram prepare ${dir} --dir ./data\`, and then give ./data.`;
  return new AnagramError(
    'source-failed',
    `${dir} holds no prepared pairs. Expected a folder that prepare has filled. ${remedy}`,
    { path: dir },
  );
}
