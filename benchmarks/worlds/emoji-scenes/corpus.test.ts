import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { emojiCorpus } from './corpus.ts';
import { syntheticArtwork } from './synthetic-artwork.ts';

const artwork = syntheticArtwork();
const options = { artwork, styles: ['noto', 'openmoji', 'fluent-3d'], seed: 1 } as const;
const read = async (from: ReturnType<typeof emojiCorpus>) => Array.fromAsync(from.source.records());

describe('emojiCorpus', () => {
  const corpus = emojiCorpus(options);
  const total = artwork.emoji.length * 3;

  it('has one record for every picture of every style, and the truth about each', async () => {
    const records = await read(corpus);
    expect(new Set(records.map(({ id }) => id)).size).toBe(total);
    expect(records.every(({ id }) => corpus.truth.has(id))).toBe(true);
    const pictures = new Set([...corpus.truth.values()].map(({ style, name }) => `${style}/${name}`));
    expect(pictures.size).toBe(total);
  });

  it('loses a tenth of the texts and another tenth of the pictures', async () => {
    const records = await read(corpus);
    expect(records.filter(({ text }) => text === undefined).length).toBe(Math.round(total / 10));
    expect(records.filter(({ image }) => image === undefined).length).toBe(Math.round(total / 10));
    expect(records.every(({ text, image }) => text !== undefined || image !== undefined)).toBe(true);
  });

  it('gives three tenths of the pairs a text that is not their own, and tells truly which', async () => {
    const pairs = (await read(corpus)).filter(({ text, image }) => text && image);
    const wrong = pairs.filter(({ id }) => corpus.truth.get(id)!.right === false);
    expect(wrong.length).toBe(Math.round(0.3 * pairs.length));
    for (const { id, text } of pairs) expect(text === corpus.truth.get(id)!.name).toBe(corpus.truth.get(id)!.right);
  });

  it('passes wrong texts on among the wrong pairs, so that no text is made up or lost', async () => {
    const pairs = (await read(corpus)).filter(({ text, image }) => text && image);
    const given = pairs.map(({ text }) => text).sort();
    expect(given).toEqual(pairs.map(({ id }) => corpus.truth.get(id)!.name).sort());
  });

  it('is the same for the same seed and another for another', async () => {
    const plain = (records: Awaited<ReturnType<typeof read>>) => records.map(({ id, text }) => [id, text]);
    const again = plain(await read(emojiCorpus(options)));
    expect(again).toEqual(plain(await read(corpus)));
    expect(plain(await read(emojiCorpus({ ...options, seed: 2 })))).not.toEqual(again);
  });

  it('keeps to the limit, the size and the styles, and encodes pictures as PNG on white', async () => {
    const small = emojiCorpus({ ...options, styles: ['noto'], limit: 20, size: 40, lostImages: 0 });
    const records = await read(small);
    expect(records.length).toBe(20);
    expect([...small.truth.values()].every(({ style }) => style === 'noto')).toBe(true);
    const { data, info } = await sharp(await records[0]!.image!.bytes())
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.format, info.width, info.height, info.channels]).toEqual(['raw', 40, 40, 3]);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(data.some((value) => value < 200)).toBe(true);
  });

  it('leaves a lone wrong pair right rather than giving it its own text back as wrong', async () => {
    const lone = emojiCorpus({ ...options, limit: 1, lostTexts: 0, lostImages: 0, wrong: 1 });
    expect([...lone.truth.values()]).toEqual([expect.objectContaining({ kind: 'pair', right: true })]);
  });

  it('stops reading when it is aborted', async () => {
    const reason = new Error('enough');
    await expect(Array.fromAsync(corpus.source.records({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});
