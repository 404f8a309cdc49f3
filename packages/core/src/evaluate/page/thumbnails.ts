import { isAnagramError } from '../../errors.ts';
import { thumbnail } from '../../image/thumbnail.ts';
import type { ImageFile, Pixels } from '../../pair.ts';
import type { Failure, Task, TaskReport } from '../task.ts';
import { readDetail, shownOf, type Thumbnails, worst } from './failure-card.ts';

/** Failures of a task that are shown. */
export const shownFailures = 12;

/** Width and height of the square that a picture is fitted into, in pixels. */
const side = 160;

/** Of all pictures in one page, so that it stays below 2 MB as base64. */
const mostBytes = 1_100_000;

/**
 * Small pictures of the failures that a page shows. Each task has an equal share of the page's room; a failure whose pictures do not
 * fit in is shown without.
 */
export async function thumbnailsOf(
  tasks: readonly Task[],
  reports: { readonly [task: string]: TaskReport },
  signal?: AbortSignal,
): Promise<Map<Failure, Thumbnails>> {
  const all = new Map<Failure, Thumbnails>();
  let left = mostBytes;
  for (const [place, task] of tasks.entries()) {
    const failures = worst(reports[task.name]?.failures ?? [], shownFailures);
    const pictures = failures.length > 0 ? await task.picturesOf?.(failures) : undefined;
    if (!pictures) continue;
    let room = left / (tasks.length - place);
    for (const [k, failure] of failures.entries()) {
      signal?.throwIfAborted();
      const made = await make(failure, pictures[k]!);
      const size = [...made.values()].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
      if (size > room) continue;
      room -= size;
      left -= size;
      all.set(failure, made);
    }
  }
  return all;
}

async function make({ detail }: Failure, pictures: readonly (Pixels | ImageFile)[]): Promise<Thumbnails> {
  const known = readDetail(detail);
  const shown = known ? shownOf(known.matrix).pictures : [...pictures.keys()];
  const made = new Map<number, Uint8Array | null>();
  for (const place of shown) {
    const picture = pictures[place];
    if (picture) made.set(place, await thumbnail(picture, side).catch(nullIfUnreadable));
  }
  return made;
}

function nullIfUnreadable(error: unknown): null {
  if (isAnagramError(error, 'image-unreadable')) return null;
  throw error;
}
