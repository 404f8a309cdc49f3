import * as z from 'zod';
import { AnagramError } from './errors.ts';

/**
 * The one validation, at a public door: strict, with defaults filled in.
 * @throws AnagramError `invalid-options`, naming the place and, for an unknown key, the likely one.
 */
export function parseSettings<S extends z.ZodType>(where: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => explain(where, schema, issue));
  throw new AnagramError('invalid-options', lines.join('\n'), { where });
}

function explain(where: string, schema: z.ZodType, issue: z.core.$ZodIssue): string[] {
  const path = [where, ...issue.path].join('.');
  if (issue.code === 'unrecognized_keys') {
    const objects = objectsAt(schema, issue.path);
    const known = objects.flatMap((object) => Object.keys(object.shape));
    return issue.keys.map((key) =>
      known.includes(key)
        ? `${path}: "${key}" does not go with the other keys that are given.`
        : `${path}: unknown key "${key}".${meantInside(objects, key, known) || suggest(key, known)}`,
    );
  }
  if (issue.code === 'invalid_union' && 'options' in issue && issue.discriminator !== undefined) {
    const values = issue.options?.filter((value) => typeof value === 'string') ?? [];
    const input = (issue.input as { readonly [key: string]: unknown })[issue.discriminator];
    return explain(where, schema, { code: 'invalid_value', values, input, path: issue.path, message: '' });
  }
  if (issue.code === 'invalid_union') {
    // The branch that takes this kind of value at all knows what is wrong inside.
    const [inside] = issue.errors
      .filter((issues) => issues.every(({ code, path }) => code === 'unrecognized_keys' || path.length > 0))
      .sort((a, b) => a.length - b.length);
    if (inside)
      return inside.flatMap((each) => explain(where, schema, { ...each, path: [...issue.path, ...each.path] }));
    const branches = issue.errors.flatMap((issues) => issues.slice(0, 1));
    // What was nearly right says which branch was meant.
    const near = branches.filter((branch) => meant(branch) !== '').slice(0, 1);
    const told = near.length > 0 ? near : branches;
    if (told.length > 0) {
      const sentences = told.map(sentence).join('; or ').replaceAll('; or E', '; or e');
      return [`${path}: ${sentences}.${near.map(meant).join('')}`];
    }
  }
  return [`${path}: ${sentence(issue)}.${meant(issue) || meantField(path, objectsAt(schema, issue.path), issue)}`];
}

/**
 * Schema of an object that a verb cannot do without, so that a missing one is refused in words.
 * @param member One that every such object has.
 * @param what For the error, e.g. `a ClipModel`.
 */
export function objectWith(member: string, what: string): z.ZodType<object> {
  return z.custom<object>((value) => typeof value === 'object' && value !== null && member in value, {
    error: ({ input }) => `Expected ${what}, received ${received(input)}`,
  });
}

const kinds: { readonly [expected: string]: string } = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What was expected and received; texts are not repeated, a key may be among them. */
function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && Object.hasOwn(kinds, issue.expected))
    return `Expected ${kinds[issue.expected]}, received ${received(issue.input)}`;
  if (issue.code === 'invalid_value') {
    return `Expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  }
  if (issue.code === 'too_small') return bounded('at least', 'more than', issue, issue.minimum);
  if (issue.code === 'too_big') return bounded('at most', 'less than', issue, issue.maximum);
  return issue.message;
}

function bounded(
  inclusive: string,
  exclusive: string,
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  limit: number | bigint,
): string {
  const amount = `${issue.inclusive === false ? exclusive : inclusive} ${limit}`;
  if (issue.origin === 'string') return `Expected a text of ${amount} characters`;
  if (issue.origin === 'array') return `Expected a list of ${amount}, received ${(issue.input as unknown[]).length}`;
  return `Expected a number of ${amount}, received ${received(issue.input)}`;
}

/** What a value is, for an error, but for texts and what is in objects: a key may be among them. */
export function received(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (typeof input === 'string') return 'a text';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'function') return 'a function';
  return typeof input === 'object' && input !== null ? 'an object' : String(input);
}

/** ` Did you mean "x"?` for a value that is nearly one of those that are taken. */
function meant(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return '';
  return nearest(
    issue.input,
    issue.values.filter((value) => typeof value === 'string'),
  );
}

/** ` Did you mean "optimizer.learningRate"?` for a key that stands further inside; nothing where one of this level is the same word. */
function meantInside(objects: readonly z.ZodObject[], key: string, known: readonly string[]): string {
  const word = (name: string) => name.toLowerCase().replace(/[-_]/g, '');
  if (known.some((name) => word(name) === word(key))) return '';
  const find = (object: z.ZodObject): string[] =>
    Object.entries(object.shape).flatMap(([name, field]) => [
      ...(word(name) === word(key) ? [name] : []),
      ...objectsOf(field)
        .flatMap(find)
        .map((path) => `${name}.${path}`),
    ]);
  const paths = [...new Set(objects.flatMap(find))].map((path) => `"${path}"`);
  return paths.length > 0 ? ` Did you mean ${paths.join(' or ')}?` : '';
}

/** ` Did you mean train.optimizer.kind: "muon"?` for a text in place of an object of which one key takes it. */
function meantField(path: string, objects: readonly z.ZodObject[], issue: z.core.$ZodIssue): string {
  const { input } = issue;
  if (issue.code !== 'invalid_type' || typeof input !== 'string') return '';
  const fields = objects.flatMap(({ shape }) => Object.entries(shape));
  const field = fields.find(([, schema]) => unwrapped(schema).some((inner) => isEnumOf(inner, input)));
  return field ? ` Did you mean ${path}.${field[0]}: "${input}"?` : '';
}

function isEnumOf(schema: z.core.$ZodType, value: string): boolean {
  return schema instanceof z.ZodEnum && schema.options.includes(value);
}

/** What a schema is without its default and the like; of a union, each of its branches. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if ('unwrap' in schema && !(schema instanceof z.ZodArray || schema instanceof z.ZodLazy)) {
    return unwrapped((schema.unwrap as () => z.core.$ZodType)());
  }
  return schema instanceof z.ZodUnion ? schema.options.flatMap(unwrapped) : [schema];
}

function objectsOf(schema: z.core.$ZodType): z.ZodObject[] {
  return unwrapped(schema).filter((each) => each instanceof z.ZodObject);
}

/** The objects that may stand at a path of the schema; none where it does not lead to one. */
function objectsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.ZodObject[] {
  const [next, ...rest] = path;
  if (next === undefined) return objectsOf(schema);
  return unwrapped(schema).flatMap((each) => {
    if (each instanceof z.ZodArray) return objectsAt(each.element, rest);
    if (each instanceof z.ZodRecord) return objectsAt(each.valueType, rest);
    const inner = each instanceof z.ZodObject ? (each.shape[String(next)] as z.core.$ZodType | undefined) : undefined;
    return inner ? objectsAt(inner, rest) : [];
  });
}

/** ` Did you mean "x"?` where one of the names is near, else the list of names. */
export function suggest(word: string, names: readonly string[]): string {
  const list = names.length > 0 ? ` Known: ${[...new Set(names)].join(', ')}.` : '';
  return nearest(word, names) || list;
}

function nearest(word: string, names: readonly string[]): string {
  const near = names
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(2, word.length / 3) ? ` Did you mean "${near.name}"?` : '';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
