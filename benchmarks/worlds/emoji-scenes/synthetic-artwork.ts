import { Random } from '@anagram/core';
import { activities, actors } from './activities.ts';
import { type Artwork, assembleArtwork } from './artwork.ts';
import { artworkPackages, vendors as everyVendor, type Style, type Vendor } from './artwork-packages.ts';
import { objects } from './objects.ts';
import { spriteBytes, spriteSize } from './sprite-file.ts';

/**
 * Stand-in for the real artwork where there is no network: every emoji that scenes need as a coloured shape of its own, drawn a
 * little differently in each style. No credit is due.
 */
export function syntheticArtwork({ vendors = everyVendor }: { readonly vendors?: readonly Vendor[] } = {}): Artwork {
  const names = new Set(objects.map(({ emoji }) => emoji));
  for (const actor of actors) for (const { emoji } of activities) names.add(emoji(actor));
  const emoji = [...names].map((name, i) => ({
    hexcode: `SYNTHETIC-${i}`,
    name,
    group: 'synthetic',
    subgroup: 'shape',
  }));
  const styles = artworkPackages
    .filter(({ vendor }) => vendors.includes(vendor))
    .map(({ style, vendor }) => ({ style, vendor }));
  const sheets = new Map(
    styles.map(({ style }) => [style, new Map(emoji.map(({ hexcode, name }) => [hexcode, drawShape(name, style)]))]),
  );
  return assembleArtwork({ emoji, sheets, styles, attributions: [] });
}

/** A star-like blob: radius and colour by angle come from the name, line weight and hue shift from the style. */
function drawShape(name: string, style: Style): Uint8Array {
  const random = new Random('synthetic artwork', name);
  const lobes = 2 + random.below(6);
  const depth = 0.1 + 0.4 * random.float();
  const turn = random.float() * Math.PI;
  const squash = 0.6 + 0.4 * random.float();
  const ink = Array.from({ length: 3 }, () => 30 + random.below(200));
  const shift = new Random('synthetic artwork style', style).below(40) - 20;
  const sprite = new Uint8Array(spriteBytes);
  const middle = (spriteSize - 1) / 2;
  for (let y = 0, at = 0; y < spriteSize; y++) {
    for (let x = 0; x < spriteSize; x++, at += 4) {
      const [dx, dy] = [(x - middle) / middle, (y - middle) / middle / squash];
      const radius = Math.hypot(dx, dy);
      const edge = 0.9 * (1 - depth * (0.5 + 0.5 * Math.cos(lobes * Math.atan2(dy, dx) + turn)));
      const alpha = Math.min(1, Math.max(0, (edge - radius) * middle));
      const shade = radius > edge - 0.12 ? 0.4 : 1 - 0.3 * (dy > 0 ? 1 : 0);
      for (let c = 0; c < 3; c++) sprite[at + c] = Math.min(255, Math.max(0, (ink[c]! + shift) * shade)) * alpha;
      sprite[at + 3] = Math.round(alpha * 255);
    }
  }
  return sprite;
}
