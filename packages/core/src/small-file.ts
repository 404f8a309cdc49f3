import { readFile, stat } from 'node:fs/promises';

/**
 * The bytes of a file that has to be small, such as a config.
 * @param most Bytes; a larger file is refused unread, and so is what is no file, such as a pipe that would never end.
 * @throws Error with one sentence, without the path.
 */
export async function readSmallFile(path: string, most: number): Promise<Buffer> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error('it is no file');
  if (found.size > most) throw new Error(`it has ${found.size} bytes, the most is ${most}`);
  return readFile(path);
}
