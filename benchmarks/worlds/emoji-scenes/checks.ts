import { AnagramError } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import type { Style, Vendor } from './artwork-packages.ts';
import { type SceneCategory, sceneCategories } from './scene.ts';

export function checkVendors(where: string, artwork: Artwork, vendors: readonly Vendor[]): void {
  const there = [...new Set(artwork.styles.map(({ vendor }) => vendor))];
  checkSome(`${where}.vendors`, vendors, there, 'Load the artwork with these vendors.');
}

export function checkStyles(where: string, artwork: Artwork, styles: readonly Style[]): void {
  const there = artwork.styles.map(({ style }) => style);
  checkSome(`${where}.styles`, styles, there, 'Load the artwork with the vendors of these styles.');
}

export function checkCategories(where: string, categories: readonly SceneCategory[]): void {
  checkSome(`${where}.categories`, categories, sceneCategories, 'Name at least one of them.');
}

function checkSome(where: string, wanted: readonly string[], there: readonly string[], remedy: string): void {
  if (wanted.length > 0 && wanted.every((name) => there.includes(name))) return;
  throw new AnagramError(
    'invalid-options',
    `${where}: expected some of ${there.join(', ')}, received ${JSON.stringify(wanted)}. ${remedy}`,
    { where },
  );
}
