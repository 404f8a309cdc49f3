import * as z from 'zod';
import { type Tower, towers } from '../clip/tower.ts';

/**
 * True: the whole tower keeps its weights, running statistics too; its forward keeps nothing for a backward. `unlocked`: its last groups are
 * trained, counted as open_clip does: the projection, the last block, the block before it, …
 */
export type FreezeTower = boolean | { unlocked: number };

const projections = ['q', 'k', 'v', 'out'] as const;
export type LoraProjection = (typeof projections)[number];

/**
 * Low-rank adapters on attention's projections (LoRA; Hu et al. 2021), W = W₀ + (alpha / rank)·B·A. The towers that have
 * them are frozen otherwise, but for what `freeze.TOWER.unlocked` leaves. AdamW trains A and B, also beside Muon. The model
 * is always the merged one: saved, it needs no adapter.
 */
export interface LoraSettings {
  /** At least 1. Default 8. */
  rank?: number;
  /** Of the factor alpha / rank. Default: the rank, so that the factor is 1. */
  alpha?: number;
  /** The towers that have them. Default both. */
  towers?: Tower[];
  /** The projections that have them. Default all four. */
  targets?: LoraProjection[];
}

const freeze = z.union([z.boolean(), z.strictObject({ unlocked: z.int().min(1) })]).optional();
const factor = z.number().positive().optional();
const distinct = (values: readonly unknown[]) => new Set(values).size === values.length;

/** The settings that say which part of a model is trained, and how. */
export const partSchemas = {
  freeze: z.strictObject({ image: freeze, text: freeze }).prefault({}),
  learningRates: z.strictObject({ image: factor, text: factor }).prefault({}),
  lora: z
    .strictObject({
      rank: z.int().min(1).default(8),
      alpha: z.number().positive().optional(),
      towers: z
        .array(z.enum(towers))
        .min(1)
        .refine(distinct, 'a tower stands twice')
        .default([...towers]),
      targets: z
        .array(z.enum(projections))
        .min(1)
        .refine(distinct, 'a projection stands twice')
        .default([...projections]),
    })
    .optional(),
  ema: z.strictObject({ decay: z.number().min(0).lt(1).default(0.999), warmup: z.boolean().default(true) }).optional(),
};
