/// <reference lib="dom" />
import type { KeptMark } from '../read-labels.ts';

/** What the script of a labelling page works with: no score is among it. */
export interface LabelData {
  /** Under which the browser keeps the answers: one for each draw of pairs. */
  readonly key: string;
  readonly pairs: readonly {
    readonly id: string;
    readonly text: string;
    readonly image: string;
    /** Which pair of a prepared folder it is; shown to nobody, and taken over by its label. */
    readonly kept?: KeptMark;
  }[];
}

/** An answer, as it stands in the file that the page gives. */
export interface LabelAnswer {
  readonly id: string;
  readonly right: boolean | null;
}

/** The file that `calibrate` and `calibrateRoutes` read. */
export function labelLines(
  answers: readonly LabelAnswer[],
  pairs: readonly Pick<LabelData['pairs'][number], 'id' | 'kept'>[],
): string {
  const marks = new Map(pairs.map(({ id, kept }) => [id, kept]));
  return answers.map(({ id, right }) => `${JSON.stringify({ id, right, kept: marks.get(id) })}\n`).join('');
}

/** What a key means, or undefined. */
export function keyMeaning(key: string): 'right' | 'wrong' | 'unsure' | 'undo' | undefined {
  const keys: { readonly [key: string]: 'right' | 'wrong' | 'unsure' | 'undo' } = {
    ...{ ArrowRight: 'right', y: 'right', ArrowLeft: 'wrong', n: 'wrong', ArrowDown: 'unsure', u: 'unsure' },
    ...{ ArrowUp: 'undo', Backspace: 'undo', b: 'undo' },
  };
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

/**
 * Answers of earlier visits, in the order in which they were given; null where the browser keeps nothing for the page. Each answer is
 * an item of its own, so that a page that was told of the others too late takes the place of none; and the tab's history holds them
 * all, for a reload.
 */
export function savedAnswers({ key, pairs }: LabelData): LabelAnswer[] | null {
  const inTab = new Map(((history.state ?? []) as LabelAnswer[]).map((answer, at) => [answer.id, { ...answer, at }]));
  try {
    localStorage.setItem(key, '');
    const found = pairs.flatMap(({ id }) => {
      const item = localStorage.getItem(`${key}/${id}`);
      const kept =
        item === null ? inTab.get(id) : { ...(JSON.parse(item) as { right: boolean | null; at: number }), id };
      return kept ?? [];
    });
    return found.sort((a, b) => a.at - b.at).map(({ id, right }) => ({ id, right }));
  } catch {
    return null;
  }
}

/** Keeps an answer, or forgets it; `answers` are those there are then. */
export function keepAnswer({ key }: LabelData, answers: readonly LabelAnswer[], id: string): void {
  const at = answers.findLastIndex((answer) => answer.id === id);
  if (at < 0) localStorage.removeItem(`${key}/${id}`);
  else localStorage.setItem(`${key}/${id}`, JSON.stringify({ right: answers[at]!.right, at }));
  history.replaceState(answers, '');
}

/** Begins the page: one pair after the other, by keys or buttons. */
export function startLabelling(): void {
  const data = JSON.parse(document.getElementById('data')!.textContent!) as LabelData;
  const saved = savedAnswers(data);
  let answers = saved ?? [];
  let given = answers.length;
  if (saved === null) document.getElementById('unkept')!.hidden = false;
  const act = (meaning: 'right' | 'wrong' | 'unsure' | 'undo') => {
    const answered = new Set(answers.map(({ id }) => id));
    const id = meaning === 'undo' ? answers.pop()?.id : data.pairs.find((pair) => !answered.has(pair.id))?.id;
    if (id === undefined) return;
    if (meaning !== 'undo') answers.push({ id, right: meaning === 'unsure' ? null : meaning === 'right' });
    if (saved !== null) keepAnswer(data, answers, id);
    showPair(data, answers);
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
  // Answers of this page in another tab, or of an earlier visit where the browser is late to tell of them.
  addEventListener('storage', ({ key }) => {
    if (!key?.startsWith(data.key)) return;
    answers = savedAnswers(data) ?? answers;
    showPair(data, answers);
  });
  document.getElementById('download')!.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([labelLines(answers, data.pairs)], { type: 'application/jsonl' }));
    link.download = 'labels.jsonl';
    link.click();
    given = answers.length;
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  addEventListener('beforeunload', (event) => {
    if (saved === null && answers.length !== given) event.preventDefault();
  });
  showPair(data, answers);
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
  const [pair, next] = left;
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-answer]')) {
    button.disabled = button.dataset.answer === 'undo' ? answers.length === 0 : pair === undefined;
  }
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
export const labelFunctions = [showPair, savedAnswers, keepAnswer, keyMeaning, labelLines];
