import * as z from 'zod';
import { AnagramError } from '../errors.ts';

/** What `make` makes of a file. @throws AnagramError `model-mismatch`, naming the file and what was expected, where it cannot. */
export async function usableTokenizer<T>(path: string, expected: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const said = issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message;
    const why = said.slice(0, 400).replace(/\.?$/, '.');
    throw new AnagramError(
      'model-mismatch',
      `${path} cannot be used as a tokenizer: ${why} Expected ${expected}.`,
      { path },
      { cause },
    );
  }
}
