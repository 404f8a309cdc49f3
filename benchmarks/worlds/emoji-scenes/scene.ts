import type { Style } from './artwork-packages.ts';
import type { Colour } from './colours.ts';

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

/** One thing in a scene. Places and sizes are shares of the picture's side, so that a scene has no resolution. */
export interface Thing {
  /** CLDR short name of the picture. */
  readonly emoji: string;
  readonly style: Style;
  /** Centre, 0 at the left and the top, 1 at the right and the bottom. */
  readonly x: number;
  readonly y: number;
  /** Longer side of the visible shape. */
  readonly size: number;
  /** Named colour that the shape is tinted in, or null for the artist's own colours. */
  readonly colour: Colour | null;
  readonly mirrored: boolean;
}

/** What a picture shows, whole: two equal scenes are two equal pictures. */
export interface Scene {
  /** Red, green and blue of the plain background, 0 to 255. */
  readonly background: readonly [number, number, number];
  readonly things: readonly Thing[];
}

export type Relation = 'left of' | 'right of' | 'above' | 'below';
export type Place =
  | 'top left'
  | 'top'
  | 'top right'
  | 'left'
  | 'centre'
  | 'right'
  | 'bottom left'
  | 'bottom'
  | 'bottom right';

/** What a caption says, without its words. Things are named by emoji. */
export type Claim =
  | { readonly kind: 'coloured'; readonly things: readonly { readonly emoji: string; readonly colour: Colour }[] }
  | { readonly kind: 'count'; readonly emoji: string; readonly count: number }
  | { readonly kind: 'at'; readonly emoji: string; readonly place: Place }
  | { readonly kind: 'relation'; readonly subject: string; readonly relation: Relation; readonly object: string }
  | { readonly kind: 'size'; readonly emoji: string; readonly size: 'big' | 'small' }
  | { readonly kind: 'bigger'; readonly bigger: string; readonly smaller: string }
  | { readonly kind: 'existence'; readonly present: readonly string[]; readonly absent: readonly string[] };

/**
 * Two scenes that differ in exactly one thing, with what is said of each: claim and text k are true of scene k alone.
 */
export interface Contrast {
  readonly scenes: readonly [Scene, Scene];
  readonly claims: readonly [Claim, Claim];
  readonly texts: readonly [string, string];
}

export const sceneCategories = [
  'colour',
  'quantity',
  'absolute-position',
  'relative-position',
  'absolute-size',
  'relative-size',
  'verb',
  'negation',
] as const;
export type SceneCategory = (typeof sceneCategories)[number];
