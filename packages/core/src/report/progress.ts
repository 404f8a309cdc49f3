import type { AnagramEvent } from '../events.ts';

/** Where progress goes: a terminal gets one line that redraws itself, anything else plain lines at a calm pace. */
export interface ProgressSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const plainInterval = 5_000;
const terminalInterval = 80;

/**
 * Renders events as progress.
 * @param now The clock in milliseconds, passed in so that tests own it.
 * @param options.bytes Stages that count bytes.
 */
export function progressRenderer(
  sink: ProgressSink,
  now: () => number,
  { bytes = [] }: { bytes?: readonly string[] } = {},
): { onEvent(event: AnagramEvent): void; end(): void } {
  let line = '';
  let lastDraw = Number.NEGATIVE_INFINITY;
  let started = now();
  let resumedAt = 0;
  const clear = () => {
    if (sink.isTTY && line) sink.write('\r\x1b[2K');
    line = '';
  };
  const say = (text: string) => {
    clear();
    sink.write(`${text}\n`);
  };
  const redraw = (text: string) => {
    const at = now();
    if (at - lastDraw < (sink.isTTY ? terminalInterval : plainInterval)) return;
    lastDraw = at;
    if (!sink.isTTY) return say(text);
    line = text.slice(0, (sink.columns ?? 80) - 1);
    sink.write(`\r\x1b[2K${line}`);
  };
  let steps = 0;
  const unitOf = (stage: string) => (bytes.includes(stage) ? megabytes : count);

  return {
    onEvent(event) {
      switch (event.type) {
        case 'stage-start':
          started = now();
          resumedAt = event.resumedFrom ?? 0;
          lastDraw = Number.NEGATIVE_INFINITY;
          if (resumedAt > 0) say(`${pad(event.stage)} resumed at ${unitOf(event.stage)(resumedAt)}`);
          return;
        case 'stage-progress':
          return redraw(
            `${pad(event.stage)} ${bar(event.done, event.total, unitOf(event.stage))}${eta(event.done - resumedAt, event.total === null ? null : event.total - resumedAt, now() - started, unitOf(event.stage))}`,
          );
        case 'stage-end':
          return say(
            `${pad(event.stage)} ${unitOf(event.stage)(event.done)} done${event.note ? ` · ${event.note}` : ''}`,
          );
        case 'shard-saved':
          return redraw(`${pad('saved')} ${event.path}, ${event.count} records`);
        case 'run-start':
          started = now();
          resumedAt = event.resumedFrom;
          steps = event.steps;
          return say(
            `${pad('run')} ${event.dir}, ${event.steps} steps${event.resumedFrom ? `, resumed from step ${event.resumedFrom}` : ''}`,
          );
        case 'step-end': {
          const done = event.step - resumedAt;
          return redraw(
            `${pad('train')} ${bar(event.step, steps)} loss ${event.loss.toFixed(4)} · lr ${event.learningRate.toExponential(1)}${eta(done, steps - resumedAt, now() - started)}`,
          );
        }
        case 'checkpoint-saved':
          return;
        case 'generation-fault':
          return redraw(`${pad('fault')} ${event.model}: ${event.fault}: ${event.message}`);
        case 'run-end':
          return say(`${pad('trained')} ${event.steps} steps, ${event.imagesSeen.toLocaleString('en')} pictures seen`);
        case 'pictures-fetched': {
          const reasons = Object.entries(event.failed).sort(([, a], [, b]) => b - a);
          const failures = reasons.map(([reason, times]) => ` · ${reason} ${count(times)}`).join('');
          return say(`${pad('fetched')} ${count(event.fetched)} pictures of ${event.source}${failures}`);
        }
        case 'warning':
          return say(`${pad('warning')} ${event.message}`);
      }
    },
    end: clear,
  };
}

const pad = (name: string) => name.padEnd(10);

const count = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;

function bar(done: number, total: number | null, unit = count): string {
  if (total === null || total === 0) return unit(done);
  const filled = Math.round((Math.min(done, total) / total) * 20);
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${unit(done)}/${unit(total)}`;
}

function eta(done: number, total: number | null, elapsed: number, unit = count): string {
  if (total === null || done <= 0 || elapsed < 1_000) return '';
  const left = Math.round(((total - done) * elapsed) / done / 1_000);
  const rate = unit((done * 1_000) / elapsed);
  return ` · ${rate}/s · ${left >= 60 ? `${Math.floor(left / 60)}m ` : ''}${left % 60}s left`;
}
