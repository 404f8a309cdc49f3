import { on } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { emitKeypressEvents } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { isAnagramError, type Label, type LabelLine, labelKey, type PairToLabel } from '@anagram/core';

/** Where keys come from: stdin, or a stream of the same bytes. */
export interface KeyInput extends NodeJS.ReadableStream {
  setRawMode?(raw: boolean): unknown;
}

export interface AskLabelsOptions {
  readonly pairs: readonly PairToLabel[];
  /** Labels that there are, by `labelKey`; those given now are added. */
  readonly labels: Map<string, Label>;
  /** Called with each answer, and waited for before the next question. */
  readonly save: (label: LabelLine) => Promise<void>;
  readonly input: KeyInput;
  readonly output: { write(text: string): unknown };
  /** Pictures are drawn in the terminal too, by iTerm2's protocol. @default false */
  readonly inline?: boolean;
  readonly signal?: AbortSignal;
}

type Meaning = Label | 'back' | 'stop' | undefined;

const keys: { readonly [name: string]: Meaning } = {
  ...{ y: true, right: true, n: false, left: false, u: null, down: null },
  ...{ b: 'back', up: 'back', backspace: 'back', q: 'stop', escape: 'stop' },
};
const legend = 'y or → right    n or ← wrong    u or ↓ unsure    b or ↑ back    q stop';

/**
 * Asks a person in a terminal whether each pair is right, one key an answer. Pairs with a label are passed over, and those whose picture
 * cannot be read; going back asks for an answer again.
 * @returns Whether every pair has been gone through.
 */
export async function askLabels(options: AskLabelsOptions): Promise<boolean> {
  const { pairs, labels, save, input, output, inline = false, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'anagram-label-'));
  const pressed = keysOf(input, signal);
  try {
    output.write(`${legend}\n`);
    const asked = new Set<number>();
    let wentBack = false;
    for (let at = 0; at < pairs.length; ) {
      const { id, text, image, kept } = pairs[at]!;
      const key = labelKey(pairs[at]!);
      const bytes = labels.has(key) && !wentBack ? null : await image.bytes().catch(nullIfUnreadable);
      if (!bytes) {
        at++;
        continue;
      }
      const path = join(folder, `${at}${/^\.\w+$/.exec(extname(image.name))?.[0] ?? ''}`);
      await writeFile(path, bytes);
      if (inline) output.write(`\n${drawn(bytes)}`);
      output.write(`\n${at + 1} of ${pairs.length}   ${pathToFileURL(path).href}\n${printable(text)}\n? `);
      const meaning = await nextMeaning(pressed);
      if (meaning === 'stop') {
        output.write('stopped\n');
        return false;
      }
      if (meaning === 'back') {
        output.write('back\n');
        const before = Math.max(-1, ...[...asked].filter((place) => place < at));
        wentBack = before >= 0 || wentBack;
        if (before >= 0) at = before;
        continue;
      }
      wentBack = false;
      await save({ id, right: meaning, ...(kept && { kept }) });
      labels.set(key, meaning);
      output.write(`${meaning === null ? 'unsure' : meaning ? 'right' : 'wrong'}\n`);
      asked.add(at++);
    }
    return true;
  } finally {
    await pressed.return(undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names of the keys that are pressed; the terminal gives each at once, and is as before in the end. */
async function* keysOf(input: KeyInput, signal: AbortSignal | undefined): AsyncGenerator<string> {
  emitKeypressEvents(input);
  input.setRawMode?.(true);
  input.resume();
  try {
    const presses = on(input, 'keypress', { close: ['end'], ...(signal && { signal }) });
    for await (const [, key] of presses as AsyncIterable<[string, { name?: string; ctrl?: boolean }]>) {
      yield key.ctrl ? (key.name === 'c' || key.name === 'd' ? 'q' : '') : (key.name ?? '');
    }
  } finally {
    input.setRawMode?.(false);
    input.pause();
  }
}

/** Of the next key that has one; the end of the input stops. */
async function nextMeaning(pressed: AsyncGenerator<string>): Promise<Exclude<Meaning, undefined>> {
  for (;;) {
    const { value, done } = await pressed.next();
    if (done) return 'stop';
    const meaning = Object.hasOwn(keys, value) ? keys[value] : undefined;
    if (meaning !== undefined) return meaning;
  }
}

/** A text of the internet must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function drawn(bytes: Uint8Array): string {
  return `\x1b]1337;File=inline=1;height=18;preserveAspectRatio=1:${Buffer.from(bytes).toString('base64')}\x07\n`;
}

function nullIfUnreadable(error: unknown): null {
  if (isAnagramError(error, 'image-unreadable')) return null;
  throw error;
}
