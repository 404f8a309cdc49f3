import { basename } from 'node:path';
import * as z from 'zod';
import type { Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { parseObject } from './jsonl.ts';
import { fileSettings, openFile, sourceFailed } from './open-file.ts';
import { recordMaker, requireColumns, type TableColumns, type TableRow, tableColumns } from './table-record.ts';

const jsonOptions = z.strictObject(tableColumns);
/** Longest element, in characters: one that is never closed must not swallow the whole file. */
const maxElement = 16 * 2 ** 20;

/**
 * A JSON array of objects (UTF-8, `.gz` too), read element by element. A missing or empty key is a missing part; an element
 * that is no object becomes an empty record that says so. Ids are the elements' numbers, from 1, where no `id` is named.
 * @throws AnagramError `invalid-options`; when read `source-failed`, where the array is damaged or cut off.
 */
export function json(path: string, options: TableColumns): Source {
  const columns = parseSettings('json', jsonOptions, options);
  requireColumns('json', columns);
  return defineSource({
    name: basename(path),
    settings: () => fileSettings('json', path, { ...columns }),
    async *records() {
      const toRecord = recordMaker(path, columns);
      for await (const { row, line, problem } of jsonArrayRows(path)) {
        yield row ? toRecord(row, line) : { ...toRecord({}, line), ...(problem !== undefined && { problem }) };
      }
    },
  });
}

/** @throws AnagramError `source-failed` */
export async function* jsonArrayRows(path: string): AsyncGenerator<TableRow> {
  let line = 0;
  for await (const text of arrayElements(path)) {
    line++;
    const row = parseObject(text);
    if (row) yield { row, line };
    else yield { row, line, problem: `element ${line} is not a JSON object: ${text.trim().slice(0, 60)}` };
  }
}

/** Cuts an array into its elements' texts, by its brackets, commas and strings alone: what they hold is checked one by one. */
async function* arrayElements(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let element = '';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  let first = true;
  const fail = (why: string) => sourceFailed(path, new Error(why));
  for await (const chunk of openFile(path)) {
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (character === '\\') escaped = true;
        else if (character === '"') inString = false;
        continue;
      }
      if (/\s/.test(character)) continue;
      if (ended) throw fail('something follows the end of its array');
      if (depth === 0) {
        if (character !== '[') throw fail('expected a JSON array of objects');
        depth = 1;
        from = at + 1;
      } else if (character === '"') inString = true;
      else if (character === '[' || character === '{') depth++;
      else if (character === ',' && depth === 1) {
        yield element + text.slice(from, at);
        element = '';
        first = false;
        from = at + 1;
      } else if (character === ']' || character === '}') {
        depth--;
        if (depth > 0) continue;
        const last = element + text.slice(from, at);
        // An empty array has no element, and no comma leads to one.
        if (!first || last.trim() !== '') yield last;
        element = '';
        ended = true;
      }
    }
    if (depth > 0) element += text.slice(from);
    if (element.length > maxElement) throw fail(`an element is longer than ${maxElement} characters`);
  }
  if (!ended) throw fail('its array does not end');
}
