import { WireFault } from './fault.ts';

/**
 * Where a text stands on its way through a form: what is left behind it; or what may come next, one of `literals` and, inside a
 * string, anything that keeps to it (`free`).
 */
export type Standing = { readonly rest: string } | { readonly literals: readonly string[]; readonly free: boolean };

/** Null: the text cannot become one of this form. */
export type JsonForm = (text: string) => Standing | null;

/**
 * The JSON of a schema as Python's `json.dumps` writes it, of which models have seen most, for decoders that must be told what may
 * come next. Knows what the questions of this package ask for: objects whose properties are all written, in their order, arrays,
 * strings, constants, null, and alternatives of these that begin differently.
 * @throws WireFault `rejected` for any other schema.
 */
export function jsonForm(schema: unknown, lead = ''): JsonForm {
  const { type, properties, items, anyOf, enum: values, const: value } = schema as { [key: string]: unknown };
  if (value !== undefined) return literal(lead + JSON.stringify(value));
  if (Array.isArray(values)) return either(values.map((each) => literal(lead + JSON.stringify(each))));
  if (Array.isArray(anyOf)) return either(anyOf.map((each) => jsonForm(each, lead)));
  if (Array.isArray(type)) return either(type.map((each) => jsonForm({ ...(schema as object), type: each }, lead)));
  if (type === 'null') return literal(`${lead}null`);
  if (type === 'string') return sequence([literal(`${lead}"`), content]);
  if (type === 'array' && items) {
    const another = [literal(','), jsonForm(items, ' ')];
    const more: JsonForm = (text) => either([literal(']'), sequence([...another, more])])(text);
    return sequence([literal(`${lead}[`), either([literal(']'), sequence([jsonForm(items), more])])]);
  }
  if (type === 'object' && properties) {
    const members = Object.entries(properties).flatMap(([name, each], at) => [
      literal(`${at === 0 ? `${lead}{` : ', '}${JSON.stringify(name)}:`),
      jsonForm(each, ' '),
    ]);
    return sequence([...members, literal(members.length > 0 ? '}' : `${lead}{}`)]);
  }
  throw new WireFault('rejected', `a form that a model in this process is not held to: ${JSON.stringify(schema)}`);
}

/** Blanks before it are passed over: some tokenizers have no token without one. */
function literal(wanted: string): JsonForm {
  const bare = wanted.trimStart();
  return (text) => {
    const said = text.trimStart();
    if (said.startsWith(bare)) return { rest: said.slice(bare.length) };
    if (!bare.startsWith(said)) return null;
    return { literals: [text === '' ? wanted : bare.slice(said.length)], free: false };
  };
}

function sequence(forms: readonly JsonForm[]): JsonForm {
  return (text) => {
    let rest = text;
    for (const form of forms) {
      const standing = form(rest);
      if (standing === null || 'literals' in standing) return standing;
      rest = standing.rest;
    }
    return { rest };
  };
}

/** The first that has ended, else what all those that still may be allow. */
function either(forms: readonly JsonForm[]): JsonForm {
  return (text) => {
    const open: string[] = [];
    let free = false;
    for (const form of forms) {
      const standing = form(text);
      if (standing === null) continue;
      if ('rest' in standing) return standing;
      open.push(...standing.literals);
      free ||= standing.free;
    }
    return open.length > 0 ? { literals: [...new Set(open)], free } : null;
  };
}

const escapes = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'];

/** A string behind its opening quotation mark. */
function content(text: string): Standing | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON forbids
  const inside = /^(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt])*/.exec(text)![0];
  const behind = text.slice(inside.length);
  if (behind === '') return { literals: ['"'], free: true };
  if (behind === '\\') return { literals: escapes, free: false };
  return behind.startsWith('"') ? { rest: behind.slice(1) } : null;
}
