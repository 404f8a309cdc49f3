import { expect, test } from 'vitest';
import { type Piece, PieceTable, pieceKinds } from './pieces.ts';

test('a table of pieces gives back what was put in, however many they are', () => {
  const pieces: Piece[] = Array.from({ length: 5000 }, (_, number) => ({
    text: `piece ${number}`,
    score: -number / 4,
    kind: number % 7 === 0 ? pieceKinds.byte : pieceKinds.normal,
  }));
  const table = new PieceTable();
  for (const piece of pieces) table.push(piece);
  expect(table).toHaveLength(5000);
  expect([...table]).toEqual(pieces);
  expect(table.at(4999)).toEqual(pieces[4999]);
  expect(table.at(5000)).toBeUndefined();
});
