/// <reference lib="dom" />

/** What the script of a labelling page works with: no score is among it. */
export interface LabelData {
  /** Under which the browser keeps the answers: one for each draw of pairs. */
  readonly key: string;
  readonly pairs: readonly { readonly id: string; readonly text: string; readonly image: string }[];
}

/** An answer, as it stands in the file that the page gives. */
export interface LabelAnswer {
  readonly id: string;
  readonly right: boolean | null;
}

/** The file that `calibrate` reads. */
export function labelLines(answers: readonly LabelAnswer[]): string {
  return answers.map(({ id, right }) => `${JSON.stringify({ id, right })}\n`).join('');
}

/** What a key means, or undefined. */
export function keyMeaning(key: string): 'right' | 'wrong' | 'unsure' | 'undo' | undefined {
  const keys: { readonly [key: string]: 'right' | 'wrong' | 'unsure' | 'undo' } = {
    ...{ ArrowRight: 'right', y: 'right', ArrowLeft: 'wrong', n: 'wrong', ArrowDown: 'unsure', u: 'unsure' },
    ...{ ArrowUp: 'undo', Backspace: 'undo', b: 'undo' },
  };
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

/** Answers of an earlier visit that belong to these pairs; null where the browser keeps nothing for the page. */
export function savedAnswers({ key, pairs }: LabelData): LabelAnswer[] | null {
  const known = new Set(pairs.map(({ id }) => id));
  try {
    localStorage.setItem(`${key}?`, '');
    localStorage.removeItem(`${key}?`);
    const saved: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(saved) ? (saved as LabelAnswer[]).filter(({ id }) => known.delete(id)) : [];
  } catch {
    return null;
  }
}

/** Begins the page: one pair after the other, by keys or buttons. */
export function startLabelling(): void {
  const data = JSON.parse(document.getElementById('data')!.textContent!) as LabelData;
  const saved = savedAnswers(data);
  const answers = saved ?? [];
  let given = answers.length;
  if (saved === null) document.getElementById('unkept')!.hidden = false;
  const changed = () => {
    if (saved !== null) localStorage.setItem(data.key, JSON.stringify(answers));
    showPair(data, answers);
  };
  const act = (meaning: 'right' | 'wrong' | 'unsure' | 'undo') => {
    const answered = new Set(answers.map(({ id }) => id));
    const pair = data.pairs.find(({ id }) => !answered.has(id));
    if (meaning === 'undo') answers.pop();
    else if (pair) answers.push({ id: pair.id, right: meaning === 'unsure' ? null : meaning === 'right' });
    changed();
  };
  document.addEventListener('keydown', (event) => {
    const meaning = keyMeaning(event.key);
    if (meaning === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // A key that is held down must not judge what nobody has seen.
    if (!event.repeat) act(meaning);
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-answer]')) {
    button.addEventListener('click', () => act(button.dataset.answer as 'right'));
  }
  document.getElementById('download')!.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([labelLines(answers)], { type: 'application/jsonl' }));
    link.download = 'labels.jsonl';
    link.click();
    given = answers.length;
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  addEventListener('beforeunload', (event) => {
    if (saved === null && answers.length !== given) event.preventDefault();
  });
  changed();
}

/** Shows the first pair without an answer, or that there is none left. */
export function showPair({ pairs }: LabelData, answers: readonly LabelAnswer[]): void {
  const answered = new Set(answers.map(({ id }) => id));
  const left = pairs.filter(({ id }) => !answered.has(id));
  const element = (id: string) => document.getElementById(id)!;
  const progress = element('progress') as HTMLProgressElement;
  progress.value = answers.length;
  element('count').textContent = `${answers.length} of ${pairs.length}`;
  (element('download') as HTMLButtonElement).disabled = answers.length === 0;
  document.querySelector<HTMLButtonElement>('button[data-answer=undo]')!.disabled = answers.length === 0;
  const [pair, next] = left;
  element('pair').hidden = pair === undefined;
  element('done').hidden = pair !== undefined;
  if (!pair) return;
  const picture = element('picture') as HTMLImageElement;
  picture.src = pair.image;
  element('text').textContent = pair.text;
  // The next picture is decoded while this one is judged.
  if (next) new Image().src = next.image;
}

/** Functions of the script, but for `startLabelling`, which calls them. */
export const labelFunctions = [showPair, savedAnswers, keyMeaning, labelLines];
