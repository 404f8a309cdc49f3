import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { unwrapped } from '../packages/core/src/settings.ts';
import { type DocComments, pathsOf, readDocComments } from './doc-comments.ts';
import { type Section, sections } from './settings-sections.ts';

/** A key of the settings. */
export interface SettingRow {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly text: string;
}

type Field = z.core.$ZodType;
type Json = { readonly [key: string]: unknown };

/** The objects in a field, and where their keys stand. */
function objectsIn(field: Field): { readonly at: string; readonly object: z.ZodObject }[] {
  return unwrapped(field).flatMap((branch) => {
    if (branch instanceof z.ZodObject) return [{ at: '', object: branch }];
    if (branch instanceof z.ZodArray)
      return objectsIn(branch.element).map(({ at, object }) => ({ at: `[]${at}`, object }));
    if (branch instanceof z.ZodRecord) {
      return objectsIn(branch.valueType).map(({ at, object }) => ({ at: `.NAME${at}`, object }));
    }
    return [];
  });
}

/** Each key once: of two branches that have it, the one that takes a value there. */
function fieldsOf(objects: readonly z.ZodObject[]): [string, Field][] {
  const fields = new Map<string, Field>();
  for (const [name, field] of objects.flatMap(({ shape }) => Object.entries(shape))) {
    const isNothing = (each: Field) => unwrapped(each).every((branch) => branch instanceof z.ZodUndefined);
    if (!fields.has(name) || isNothing(fields.get(name)!)) fields.set(name, field);
  }
  return [...fields];
}

const code = (value: unknown) => `\`${JSON.stringify(value)}\``;
const isEdge = (limit: unknown) => typeof limit !== 'number' || Math.abs(limit) === Number.MAX_SAFE_INTEGER;

/** `, 0–1`, `, at least 1`, `, above 0 and at most 1`. */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Json): string {
  if (!isEdge(minimum) && !isEdge(maximum)) return `, ${minimum}–${maximum}`;
  const limits = [
    ...(isEdge(minimum) ? [] : [`at least ${minimum}`]),
    ...(isEdge(exclusiveMinimum) ? [] : [`above ${exclusiveMinimum}`]),
    ...(isEdge(maximum) ? [] : [`at most ${maximum}`]),
    ...(isEdge(exclusiveMaximum) ? [] : [`below ${exclusiveMaximum}`]),
  ];
  return limits.length > 0 ? `, ${limits.join(' and ')}` : '';
}

/** What a JSON schema takes, in words; empty for what only code can give. */
function typeOf(schema: Json): string {
  const any = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (any) return [...new Set(any.map(typeOf))].filter((each) => each !== '').join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return (schema.enum as unknown[]).map(code).join(', ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ type })).join(' or ');
  switch (schema.type) {
    case 'array':
      return `list of ${typeOf((schema.items ?? {}) as Json) || 'values'}`;
    case 'boolean':
      return '`true`, `false`';
    case 'integer':
      return `whole number${rangeOf(schema)}`;
    case 'null':
      return '`null`';
    case 'number':
      return `number${rangeOf(schema)}`;
    case 'string':
      return 'text';
    default:
      return schema.type === 'object' ? 'object' : '';
  }
}

/** The rows of an object's keys and of all that stand inside. @param paths Of its type among the comments. */
function rowsOf(
  section: Section,
  comments: DocComments,
  objects: readonly z.ZodObject[],
  at: string,
  paths: string[],
): SettingRow[] {
  return fieldsOf(objects).flatMap(([name, field]) => {
    const key = `${at}${name}`;
    const places = [...new Set(paths.map((path) => `${path}.${name}`).flatMap((path) => pathsOf(comments, path)))];
    const said = places.map((place) => comments.get(place)?.text ?? '').find((text) => text !== '') ?? '';
    const schema = z.toJSONSchema(field as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Json;
    const own = section.types?.[key] === undefined ? objectsIn(field) : [];
    const { text, fallback } = defaultOf(section.told?.[key] ?? said, schema.default);
    const type = section.types?.[key] ?? typeOf(schema);
    const groups = [...new Set(own.map(({ at }) => at))];
    return [
      { key, type, fallback, text },
      ...groups.flatMap((group) => {
        const those = own.filter((each) => each.at === group).map(({ object }) => object);
        return rowsOf(section, comments, those, `${key}${group}.`, places);
      }),
    ];
  });
}

/** Parts the comment from the default that it states; the schema's own is the one that holds. */
function defaultOf(said: string, value: unknown): { text: string; fallback: string } {
  const [before = '', stated] = said.split(/\s*@default /);
  if (value !== undefined && !isEmpty(value)) {
    return {
      text: before.replace(/\s*\bDefault:? (`?[\w./-]+`?|both|all four)\.(?=\s|$)/, '').trim(),
      fallback: code(value),
    };
  }
  if (stated !== undefined) {
    const literal = stated.replace(/^'(.*)'$/, '"$1"');
    return { text: before.trim(), fallback: /^(".*"|\d+|true|false|\[\])$/.test(literal) ? `\`${literal}\`` : stated };
  }
  const [sentence, words] = /\s*\bDefault:? ([^.]+(?:\.\d+)?[^.]*)\.(?=\s|$)/.exec(before) ?? [];
  return words === undefined
    ? { text: before, fallback: '' }
    : { text: before.replace(sentence!, '').trim(), fallback: words };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** Every key of a section. */
export function sectionRows(section: Section): SettingRow[] {
  const sources = section.files.map((file) => readFileSync(new URL(`../packages/${file}`, import.meta.url), 'utf8'));
  const comments = readDocComments(sources);
  const paths = section.roots.flatMap((root) => pathsOf(comments, root));
  return rowsOf(section, comments, [section.schema], section.prefix, paths);
}

const cell = (text: string) => text.replaceAll('|', '\\|');

/** `docs/settings.md`. */
export function settingsPage(): string {
  const parts = sections.map((section) => {
    const rows = sectionRows(section).map(
      ({ key, type, fallback, text }) => `| \`${key}\` | ${[type, fallback, text].map(cell).join(' | ')} |`,
    );
    return [
      `## ${section.title}`,
      '',
      section.intro,
      '',
      '| key | type and range | default | what it is |',
      '|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  const head = readFileSync(new URL('settings-head.md', import.meta.url), 'utf8');
  return `${head}\n${parts.join('\n')}`;
}

if (import.meta.main) writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
