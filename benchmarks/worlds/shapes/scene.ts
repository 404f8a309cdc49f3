import type { Colour } from './colours.ts';
import type { Material } from './materials.ts';
import type { SolidName } from './solids.ts';
import type { Style } from './styles.ts';

export const shapeSplits = ['train', 'validation', 'test'] as const;
export type ShapeSplit = (typeof shapeSplits)[number];

/** Where the upper end of a solid points in the picture. */
export type Turn = 'up' | 'down' | 'left' | 'right';

/** One solid in a scene. Places and sizes are shares of the picture's side, so that a scene has no resolution. */
export interface Thing {
  readonly solid: SolidName;
  readonly colour: Colour;
  readonly material: Material;
  /** Centre, 0 at the left and the top, 1 at the right and the bottom. */
  readonly x: number;
  readonly y: number;
  /** Diameter of the sphere around the solid. */
  readonly size: number;
  readonly turn: Turn;
  /** Radians about the solid's own axis, before it is turned. */
  readonly yaw: number;
}

/** What a picture shows, whole: two equal scenes are two equal pictures. */
export interface Scene {
  readonly style: Style;
  /** How far the camera looks down, in radians: 0 from the side, π/2 from above, negative from below. */
  readonly pitch: number;
  /** Red, green and blue of the plain background, 0 to 255. */
  readonly background: readonly [number, number, number];
  readonly things: readonly Thing[];
}

export type Relation = 'left of' | 'right of' | 'above' | 'below';
export type View = 'above' | 'side' | 'below';
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

/** A thing as a caption names it: with its colour, its material, both, or neither. */
export interface Phrase {
  readonly solid: SolidName;
  readonly colour?: Colour;
  readonly material?: Material;
}

/** What a caption says, without its words. */
export type Claim =
  | { readonly kind: 'existence'; readonly present: readonly Phrase[]; readonly absent: readonly Phrase[] }
  | { readonly kind: 'count'; readonly of: Phrase; readonly count: number }
  | { readonly kind: 'at'; readonly what: Phrase; readonly place: Place }
  | { readonly kind: 'relation'; readonly subject: Phrase; readonly relation: Relation; readonly object: Phrase }
  | { readonly kind: 'bigger'; readonly bigger: Phrase; readonly smaller: Phrase }
  | { readonly kind: 'turned'; readonly what: Phrase; readonly turns: readonly Turn[] }
  | { readonly kind: 'seen'; readonly what: Phrase; readonly view: View };

/** Two scenes that differ in exactly one thing, with what is said of each: claim and text k are true of scene k alone. */
export interface Contrast {
  readonly scenes: readonly [Scene, Scene];
  readonly claims: readonly [Claim, Claim];
  readonly texts: readonly [string, string];
}

export const shapeCategories = [
  'colour',
  'material',
  'quantity',
  'absolute-position',
  'relative-position',
  'relative-size',
  'orientation',
  'viewpoint',
  'negation',
] as const;
export type ShapeCategory = (typeof shapeCategories)[number];
