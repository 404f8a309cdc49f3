import type { Duplicate, Route, Verdict } from '../pair.ts';
import type { Choice } from './accept.ts';
import type { Candidates } from './candidates.ts';
import type { GeneratedPicture } from './generate.ts';
import { matchLone } from './match.ts';
import type { ScoredRecord } from './records.ts';
import { route, show } from './route.ts';

/** A picture of the source by its record's place, or a generated one. */
export type PictureOf = { readonly index: number } | GeneratedPicture;

/** A pair that is kept. */
export interface KeptPair {
  readonly text: string;
  readonly picture: PictureOf;
  readonly probability: number;
}

export interface Decision {
  readonly verdict: Verdict;
  /** Null where the record is rejected, or its text was given to another record's picture. */
  readonly kept: KeptPair | null;
}

/** How a record below the threshold may still be kept: by the corpus itself, by a model, or not at all. */
export type Help = { readonly by: string; readonly choices: ReadonlyMap<string, Choice> } | 'retrieval' | 'off';

export interface Evidence {
  readonly records: readonly ScoredRecord[];
  readonly duplicates: ReadonlyMap<string, Duplicate>;
  readonly candidates: Candidates;
  readonly threshold: number;
  readonly repair: Help;
  readonly caption: Help;
  readonly illustrate: Help;
}

/** The route of every record before anything was changed. */
export function routeAll({ records, duplicates, threshold }: Pick<Evidence, 'records' | 'duplicates' | 'threshold'>) {
  return records.map((record) =>
    route(
      {
        hasImage: record.hasImage,
        hasText: record.text !== null,
        problem: record.problem,
        duplicate: duplicates.get(record.id) ?? null,
        probability: record.score?.probability ?? null,
      },
      threshold,
    ),
  );
}

/** What became of every record, in order. Pure: the same evidence gives the same decisions. */
export function decide(evidence: Evidence): Decision[] {
  const { records, threshold } = evidence;
  const routed = routeAll(evidence);
  const decisions: (Decision | undefined)[] = new Array(records.length).fill(undefined);
  const settled = new Kept();
  for (const [i, { route: way, reason }] of routed.entries()) {
    const record = records[i]!;
    if (way === 'keep') {
      settled.add(record.pixelHash, record.text!);
      const kept = { text: record.text!, picture: { index: i }, probability: record.score!.probability };
      decisions[i] = { verdict: verdict(record, way, true, reason), kept };
    } else if (way !== 'repair' && way !== 'match') {
      const duplicate = way === 'duplicate' ? { duplicate: evidence.duplicates.get(record.id)! } : {};
      decisions[i] = { verdict: { ...verdict(record, way, false, reason), ...duplicate }, kept: null };
    }
  }
  const waiting = () => records.filter((_, i) => decisions[i] === undefined);
  const settle = (record: ScoredRecord, decision: Decision) => {
    decisions[record.index] = decision;
  };
  const { candidates } = evidence;
  settleMatches(evidence, waiting(), candidates, settled, settle);
  for (const record of waiting()) {
    if (!record.hasImage) continue;
    const way = record.text === null ? 'caption' : 'repair';
    const help = way === 'caption' ? evidence.caption : evidence.repair;
    const reason = routed[record.index]!.reason;
    const found = firstAccepted(help, record, candidates, threshold, settled);
    settle(record, found ? changed(record, way, reason, found) : refused(record, way, reason, help));
    if (found) settled.add(record.pixelHash, found.text);
  }
  settleTexts(evidence, waiting(), decisions, candidates, settled, settle);
  return decisions as Decision[];
}

function settleMatches(
  { records, threshold }: Evidence,
  waiting: readonly ScoredRecord[],
  candidates: Candidates,
  settled: Kept,
  settle: (record: ScoredRecord, decision: Decision) => void,
): void {
  const byId = new Map(records.map((record) => [record.id, record]));
  const pictures = waiting.flatMap(({ id, hasImage, text }) =>
    hasImage && text === null ? [{ id, texts: candidates.get(id) ?? [] }] : [],
  );
  const texts = new Map(waiting.flatMap(({ id, hasImage, text }) => (hasImage ? [] : [[text!, id] as const])));
  for (const { image, text, probability } of matchLone(pictures, texts, threshold)) {
    const [picture, lone] = [byId.get(image)!, byId.get(text)!];
    const repaired = { text: lone.text!, score: probability, by: 'match' };
    const reason = `score ${show(probability)} at or above threshold ${show(threshold)}`;
    settled.add(picture.pixelHash, lone.text!);
    settle(picture, {
      verdict: {
        ...verdict(picture, 'match', true, `matched to the text of ${text}: ${reason}`),
        repaired: { ...repaired, partner: text },
      },
      kept: { text: lone.text!, picture: { index: picture.index }, probability },
    });
    settle(lone, {
      verdict: {
        ...verdict(lone, 'match', true, `matched to the picture of ${image}: ${reason}`),
        repaired: { ...repaired, partner: image },
      },
      kept: null,
    });
  }
}

interface Accepted {
  readonly text: string;
  readonly probability: number;
  readonly by: string;
  readonly choice?: Choice;
}

function firstAccepted(
  help: Help,
  record: ScoredRecord,
  candidates: Candidates,
  threshold: number,
  settled: Kept,
): Accepted | null {
  if (help === 'off') return null;
  const fits = ({ text, probability }: Pick<Accepted, 'text' | 'probability'>) =>
    probability >= threshold && text !== record.text && !settled.has(record.pixelHash, text);
  if (help === 'retrieval') {
    const found = candidates.get(record.id)?.find(fits);
    return found ? { text: found.text, probability: found.probability, by: help } : null;
  }
  const choice = choiceOf(help, record);
  if (!choice) return null;
  const offered = { text: choice.candidate.text, probability: choice.probability };
  return fits(offered) ? { ...offered, by: help.by, choice } : null;
}

function changed(record: ScoredRecord, way: Route, reason: string, accepted: Accepted): Decision {
  const { text, probability, by, choice } = accepted;
  return {
    verdict: {
      ...verdict(record, way, true, `${reason}; its new text by ${by}${howChosen(choice)} scores ${show(probability)}`),
      repaired: {
        ...{ text, score: probability, partner: null, by },
        ...(record.text !== null && { before: record.text }),
        ...chosenOf(choice),
      },
    },
    kept: { text, picture: { index: record.index }, probability },
  };
}

function choiceOf(help: Help, { id }: ScoredRecord): Choice | undefined {
  return typeof help === 'object' ? help.choices.get(id) : undefined;
}

/** Who chose it of how many; nothing where there was no choice. */
function howChosen(choice: Choice | undefined): string {
  if (!choice || choice.of === 1) return '';
  return choice.chooser === null ? `, the best of ${choice.of},` : `, which ${choice.chooser} chose of ${choice.of},`;
}

function chosenOf(choice: Choice | undefined): Pick<NonNullable<Verdict['repaired']>, 'chosen'> {
  return choice ? { chosen: { by: choice.chooser, of: choice.of, byTower: choice.candidate.byTower } } : {};
}

function refused(record: ScoredRecord, way: 'repair' | 'caption' | 'illustrate', reason: string, help: Help): Decision {
  const done = { repair: 'repair', caption: 'caption', illustrate: 'illustration' }[way];
  const choice = choiceOf(help, record);
  const scored = choice ? `: the likeliest${howChosen(choice)} scores ${show(choice.probability)}` : '';
  const why = help === 'off' ? `no ${done} was asked for` : `no ${done} was accepted${scored}`;
  return {
    verdict: { ...verdict(record, way, false, `${reason}; ${why}`), ...refusedText(way, help, choice) },
    kept: null,
  };
}

/** An illustration's text is the record's own. */
function refusedText(way: Route, help: Help, choice: Choice | undefined): Pick<Verdict, 'refused'> {
  if (!choice || typeof help === 'string' || way === 'illustrate') return {};
  return {
    refused: { text: choice.candidate.text, score: choice.probability, by: help.by, ...chosenOf(choice) },
  };
}

/** Lone texts that no lone picture matched: a generated picture, or one of the corpus that is still without a text. */
function settleTexts(
  { illustrate: help, records, threshold }: Evidence,
  texts: readonly ScoredRecord[],
  decisions: readonly (Decision | undefined)[],
  candidates: Candidates,
  settled: Kept,
  settle: (record: ScoredRecord, decision: Decision) => void,
): void {
  const reason = 'a text without a picture';
  const open = decisions.flatMap((decision, index) => {
    if (help !== 'retrieval' || !decision || decision.verdict.kept) return [];
    return (candidates.get(decision.verdict.id) ?? []).map((candidate) => ({ ...candidate, index }));
  });
  for (const record of texts) {
    const choice = choiceOf(help, record);
    const found =
      help === 'retrieval'
        ? best(open.filter(({ text, probability }) => text === record.text && probability >= threshold))
        : choice && choice.probability >= threshold && { ...choice.candidate, probability: choice.probability };
    if (!found) {
      settle(record, refused(record, 'illustrate', reason, help));
      continue;
    }
    const by = typeof help === 'string' ? help : help.by;
    const picture: PictureOf = 'index' in found ? { index: found.index } : found.picture!;
    const partner = 'index' in found ? decisions[found.index]!.verdict.id : null;
    const { probability } = found;
    const pixelHash = 'index' in found ? records[found.index]!.pixelHash : found.picture!.pixelHash;
    if (settled.has(pixelHash, record.text!)) {
      settle(record, refused(record, 'illustrate', `${reason}; its picture has this text already`, help));
      continue;
    }
    settled.add(pixelHash, record.text!);
    settle(record, {
      verdict: {
        ...verdict(
          record,
          'illustrate',
          true,
          `${reason}; its picture by ${by}${howChosen(choice)} scores ${show(probability)}`,
        ),
        repaired: { text: record.text!, score: probability, partner, by, ...chosenOf(choice) },
      },
      kept: { text: record.text!, picture, probability },
    });
  }
}

function best<T extends { probability: number }>(candidates: readonly T[]): T | undefined {
  return candidates.reduce<T | undefined>(
    (top, one) => (!top || one.probability > top.probability ? one : top),
    undefined,
  );
}

function verdict(record: ScoredRecord, way: Route, kept: boolean, reason: string): Verdict {
  const { score } = record;
  return {
    id: record.id,
    route: way,
    kept,
    reason,
    score: score?.probability ?? null,
    byTower: score?.byTower ?? null,
    repaired: null,
  };
}

/** Which texts a picture is kept with already, so that a repair does not make a duplicate. */
class Kept {
  #keys = new Set<string>();

  has(pixelHash: string | null, text: string): boolean {
    return this.#keys.has(`${pixelHash}\n${text}`);
  }

  add(pixelHash: string | null, text: string): void {
    this.#keys.add(`${pixelHash}\n${text}`);
  }
}
