import { AnagramError } from '../errors.ts';
import { kindOf } from './folder-kind.ts';

/** Of a folder, or whatever was given for one, in which a finished preparation should be and is not. */
export function notPrepared(dir: string): AnagramError<'source-failed'> {
  const kind = kindOf(dir);
  const remedy =
    kind === 'prepared pairs'
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
