import { describe, expect, it } from 'vitest';
import { progressRenderer } from './progress.ts';

function rendered(
  isTTY: boolean,
  events: (render: ReturnType<typeof progressRenderer>, tick: (ms: number) => void) => void,
): string {
  let text = '';
  let time = 0;
  const render = progressRenderer({ write: (part) => (text += part), isTTY, columns: 60 }, () => time);
  events(render, (ms) => (time += ms));
  return text;
}

describe('progressRenderer', () => {
  const work = (render: ReturnType<typeof progressRenderer>, tick: (ms: number) => void) => {
    render.onEvent({ type: 'stage-start', stage: 'ingest', total: 100 });
    for (let done = 1; done <= 100; done++) {
      tick(100);
      render.onEvent({ type: 'stage-progress', stage: 'ingest', done, total: 100 });
    }
    render.onEvent({ type: 'stage-end', stage: 'ingest', done: 100 });
  };

  it('writes few plain lines without control characters where there is no terminal', () => {
    const text = rendered(false, work);
    expect(text.includes('\r') || text.includes('\x1b')).toBe(false);
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(4);
    expect(text).toContain('100 done');
  });

  it('redraws one line on a terminal, never wider than it', () => {
    const lines = rendered(true, work).split('\r\x1b[2K');
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThan(60);
  });

  it('counts the stages that it is told of in bytes', () => {
    let text = '';
    const render = progressRenderer({ write: (part) => (text += part) }, () => 0, { bytes: ['download'] });
    render.onEvent({ type: 'stage-start', stage: 'download', total: 4_000_000 });
    render.onEvent({ type: 'stage-progress', stage: 'download', done: 1_500_000, total: 4_000_000 });
    render.onEvent({ type: 'stage-end', stage: 'download', done: 4_000_000 });
    expect(text).toContain(' 1.5 MB/4.0 MB');
    expect(text).toContain('download   4.0 MB done');
  });
});
