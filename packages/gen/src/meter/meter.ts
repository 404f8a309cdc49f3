import { AnagramError, AnswerCache, isAnagramError, type Json, type OnEvent, Random, safeEmitter } from '@anagram/core';
import { failure } from '../failure.ts';
import type { ModelHandle } from '../model-handle.ts';
import { type FaultKind, WireFault } from '../wire/fault.ts';
import { Lane, pauseFor } from './lane.ts';
import { type Amount, type Budget, nothing, Spending, type Spent } from './spending.ts';

export interface MeterOptions {
  /** Folder that keeps every answer; processes may share it. Without it nothing is kept. */
  readonly cache?: string;
  readonly budget?: Budget;
  /** Sends nothing: counts what would be asked, and what it would cost about. */
  readonly dryRun?: boolean;
  /** Told of every fault. */
  readonly onEvent?: OnEvent;
}

/** What was asked of models in a run. */
export interface MeterReport extends Readonly<Spent> {
  /** False: calls were made. True: they were only counted, without repetitions; tokens and money are estimates. */
  readonly dryRun: boolean;
  /** Answers that the cache had. */
  readonly cached: number;
  readonly faults: { readonly [kind in FaultKind]?: number };
}

export interface Metered {
  readonly model: ModelHandle;
  /** Everything that the answer depends on. */
  readonly question: Json;
  readonly expected: Amount;
  readonly maxRetries: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  call(signal: AbortSignal): Promise<{ readonly answer: Uint8Array; readonly amount: Amount }>;
}

/**
 * `busy`: the server did not answer in time, or asked to come back later, more often than was wanted. `answer`: what it sent could
 * not be read, as often; nothing is kept of that. `too-long`: the model cannot read such a question, and was not asked again.
 */
export type Asked =
  | { readonly answer: Uint8Array }
  | { readonly problem: 'busy' | 'answer' | 'too-long' | 'dry'; readonly message: string };

/** The door that every request to a model goes through: cache, budget, limits, repetition, count. */
export class Meter {
  readonly dryRun: boolean;
  readonly #cache: AnswerCache | null;
  readonly #spending: Spending;
  readonly #emit: OnEvent;
  readonly #lanes = new Map<string, Lane>();
  readonly #planned = new Set<string>();
  readonly #faults = new Map<FaultKind, number>();
  readonly #limited = new Set<string>();
  #cached = 0;

  constructor({ cache, budget = {}, dryRun = false, onEvent }: MeterOptions = {}) {
    this.dryRun = dryRun;
    this.#cache = cache === undefined ? null : new AnswerCache(cache);
    this.#spending = new Spending(budget);
    this.#emit = safeEmitter(onEvent);
  }

  report(): MeterReport {
    return {
      dryRun: this.dryRun,
      ...this.#spending.spent,
      cached: this.#cached,
      faults: Object.fromEntries(this.#faults),
    };
  }

  /** Counts a fault and tells of it. */
  note(model: ModelHandle, fault: FaultKind, message: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    this.#emit({ type: 'generation-fault', model: model.id, fault, message: model.redact(message) });
  }

  /**
   * The answer to a question: the kept one, or else the model's, which is kept then.
   * @throws AnagramError `generation-failed` where repeating cannot help; `budget-spent`; `signal.reason`.
   */
  async ask(request: Metered): Promise<Asked> {
    const { question, signal } = request;
    signal?.throwIfAborted();
    const kept = await this.#cache?.find(question);
    if (kept) {
      this.#cached++;
      return { answer: kept };
    }
    if (this.dryRun) return this.#plan(request);
    try {
      let paid = false;
      const ask = () => {
        paid = true;
        return this.#send(request);
      };
      const answer = this.#cache ? await this.#cache.answer(question, ask, signal ? { signal } : {}) : await ask();
      if (!paid) this.#cached++;
      return { answer };
    } catch (error) {
      if (error instanceof GaveUp) return { problem: error.problem, message: error.message };
      throw error;
    }
  }

  #plan({ model, question, expected }: Metered): Asked {
    const key = JSON.stringify(question);
    if (!this.#planned.has(key)) {
      this.#planned.add(key);
      this.#spending.spent.calls++;
      this.#spending.add(expected, model.prices);
    }
    return { problem: 'dry', message: 'nothing is sent in a dry run' };
  }

  async #send(request: Metered): Promise<Uint8Array> {
    const { model, maxRetries, signal } = request;
    const lane = this.#laneOf(model);
    for (let round = 0; ; round++) {
      const fault = await this.#attempt(request, lane);
      if (!(fault instanceof WireFault)) return fault;
      this.note(model, fault.kind, fault.message);
      const said = model.redact(fault.message);
      if (fault.kind === 'rejected') throw failure(model, 'refused the request', said);
      if (fault.kind === 'too-long') {
        this.#warnOfLength(model, said);
        throw new GaveUp('too-long', said);
      }
      const wait = fault.retryAfterMs ?? backoff(round);
      if (round >= maxRetries || wait > longestWait) {
        if (fault.kind === 'connection') throw failure(model, 'cannot be reached', said);
        const problem = ['broken-json', 'empty-picture'].includes(fault.kind) ? 'answer' : 'busy';
        throw new GaveUp(problem, wait > longestWait ? `${said}; it asks to wait ${Math.round(wait / 1000)} s` : said);
      }
      if (fault.retryAfterMs === null) await pauseFor(wait, signal);
      else lane.pause(wait);
    }
  }

  #warnOfLength({ id }: ModelHandle, said: string): void {
    if (this.#limited.has(id)) return;
    this.#limited.add(id);
    const message = `A question is too long for ${id}: ${said.replace(/\.$/, '')}. Such questions go without its answer, and are counted as too-long.`;
    this.#emit({ type: 'warning', message });
  }

  async #attempt({ model, expected, timeoutMs, signal, call }: Metered, lane: Lane): Promise<Uint8Array | WireFault> {
    return lane.run(async () => {
      signal?.throwIfAborted();
      const book = this.#spending.admit(model.id, expected, model.prices);
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { answer, amount } = await call(signal ? AbortSignal.any([signal, deadline]) : deadline);
        book(amount);
        return answer;
      } catch (error) {
        const fault = deadline.aborted ? new WireFault('stall', `no answer within ${timeoutMs / 1000} s`) : error;
        const unpaid =
          fault instanceof WireFault && ['rate-limited', 'server-error', 'rejected', 'too-long'].includes(fault.kind);
        // An answer that was lost on its way may have been charged.
        book(unpaid || signal?.aborted ? nothing : expected);
        if (signal?.aborted) throw signal.reason;
        if (fault instanceof WireFault || isAnagramError(fault)) {
          if (fault instanceof AnagramError) throw fault;
          return fault;
        }
        throw failure(model, 'could not be used', fault instanceof Error ? fault.message : String(fault));
      }
    }, signal);
  }

  #laneOf({ name, limits }: ModelHandle): Lane {
    const lane = this.#lanes.get(name) ?? new Lane(limits);
    this.#lanes.set(name, lane);
    return lane;
  }
}

class GaveUp extends Error {
  readonly problem: 'busy' | 'answer' | 'too-long';

  constructor(problem: GaveUp['problem'], message: string) {
    super(message);
    this.problem = problem;
  }
}

const longestWait = 10 * 60_000;
const jitter = new Random('generation-backoff');

/** 0.5, 1, 2, … s, half of it by chance, so that many do not come back at once. */
function backoff(round: number): number {
  return 500 * 2 ** round * (0.5 + jitter.float() / 2);
}
