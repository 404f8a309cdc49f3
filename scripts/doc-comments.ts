/** What the source says of a name: its doc comment in one line, and the text of its type or schema. */
export interface Documented {
  readonly text: string;
  readonly type: string;
}

/** By path: `TrainSettings`, `TrainSettings.schedule`, `TrainSettings.schedule.warmup`. */
export type DocComments = ReadonlyMap<string, Documented>;

const root = /^(?:export )?(?:interface|type|const) (\w+)(.*)$/;
const member = /^( *)(?:readonly )?(\w+)\??: ?(.*)$/;

/** Reads the doc comments of interfaces, types and schemas, whose nesting the formatter's indentation shows. */
export function readDocComments(sources: readonly string[]): DocComments {
  const found = new Map<string, Documented>();
  for (const source of sources) {
    const open: { readonly indent: number; readonly path: string }[] = [];
    let comment = '';
    for (const line of source.split('\n')) {
      const trimmed = line.trim();
      if (trimmed.startsWith('/**') || trimmed.startsWith('*')) {
        comment += ` ${trimmed.replace(/^\/?\*+\/?|\*\/$/g, '').trim()}`;
        continue;
      }
      const [, rootName, rootType = ''] = root.exec(line) ?? [];
      const [, spaces = '', name = rootName, type = rootType] = (rootName === undefined && member.exec(line)) || [];
      if (name === undefined) {
        // The rest of a declaration that takes more than one line.
        const known = open.length > 0 ? found.get(open.at(-1)!.path) : undefined;
        if (/^\S/.test(line)) open.length = 0;
        else if (known && trimmed !== '') found.set(open.at(-1)!.path, { ...known, type: `${known.type} ${trimmed}` });
        comment = '';
        continue;
      }
      if (rootName === undefined && open.length === 0) continue;
      while (open.length > 0 && (rootName !== undefined || open.at(-1)!.indent >= spaces.length)) open.pop();
      const path = [...open.map(({ path }) => path).slice(-1), name].join('.');
      open.push({ indent: rootName === undefined ? spaces.length : -1, path });
      found.set(path, { text: comment.replace(/\s+/g, ' ').trim(), type });
      comment = '';
    }
  }
  return found;
}

/** A path and those of the types that it is made of. */
export function pathsOf(comments: DocComments, path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const named = comments.get(path)?.type.match(/\b[A-Za-z]\w*\b/g) ?? [];
  return [path, ...named.filter((name) => comments.has(name)).flatMap((name) => pathsOf(comments, name, seen))];
}
