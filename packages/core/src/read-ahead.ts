/**
 * Reads some things at the same time and gives them in their order. An error of one is thrown when its turn comes.
 * @param atOnce How many are read, or wait to be taken, at one time.
 */
export async function* readAhead<In, Out>(
  items: Iterable<In> | AsyncIterable<In>,
  atOnce: number,
  read: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const ahead: Promise<Out>[] = [];
  try {
    for await (const item of items) {
      const reading = read(item);
      reading.catch(() => {});
      ahead.push(reading);
      if (ahead.length === atOnce) yield await ahead.shift()!;
    }
    while (ahead.length > 0) yield await ahead.shift()!;
  } finally {
    await Promise.allSettled(ahead);
  }
}
