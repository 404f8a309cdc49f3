import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { parseSettings, suggest } from '../settings.ts';
import RN50 from './architectures/RN50.json' with { type: 'json' };
import RN50x4 from './architectures/RN50x4.json' with { type: 'json' };
import RN101 from './architectures/RN101.json' with { type: 'json' };
import tinyRn from './architectures/tiny-rn.json' with { type: 'json' };
import tinySiglip from './architectures/tiny-siglip.json' with { type: 'json' };
import tinyVit from './architectures/tiny-vit.json' with { type: 'json' };
import ViTB16 from './architectures/ViT-B-16.json' with { type: 'json' };
import ViTB16Siglip from './architectures/ViT-B-16-SigLIP.json' with { type: 'json' };
import ViTB32 from './architectures/ViT-B-32.json' with { type: 'json' };
import ViTB32QuickGelu from './architectures/ViT-B-32-quickgelu.json' with { type: 'json' };
import ViTH14 from './architectures/ViT-H-14.json' with { type: 'json' };
import ViTL14 from './architectures/ViT-L-14.json' with { type: 'json' };
import ViTL14At336 from './architectures/ViT-L-14-336.json' with { type: 'json' };
import verifierRn from './architectures/verifier-rn.json' with { type: 'json' };
import verifierVit from './architectures/verifier-vit.json' with { type: 'json' };

const count = z.int().positive();

/** What open_clip takes where a config says nothing. */
export const defaultHeadWidth = 64;
export const defaultMlpRatio = 4;
/** SigLIP's start. */
export const siglipLogitBias = -10;

const visionSchema = z.strictObject({
  image_size: count,
  /** Blocks of a vision transformer, or the bottlenecks of a ResNet's four stages. */
  layers: z.union([count, z.tuple([count, count, count, count])]),
  width: count,
  head_width: count.optional(),
  mlp_ratio: z.number().positive().optional(),
  patch_size: count.nullish(),
  /** Not known to open_clip: 3×3 stride-2 convolutions in place of one patch embedding. */
  stem: z.enum(['patch', 'conv']).optional(),
});

const textSchema = z.strictObject({
  context_length: z.int().min(3),
  /** Taken from the tokenizer where it is not given. */
  vocab_size: count.optional(),
  width: count,
  heads: count,
  layers: count,
  mlp_ratio: z.number().positive().optional(),
});

export const knowledgeSchema = z.strictObject({
  /** Blocks of the Transformer over a text's triples. */
  layers: count.default(6),
  /** λ of unit(text + λ·knowledge). */
  weight: z.number().positive().default(0.2),
});

const usualRegionLayers = 3;

export const regionsSchema = z.strictObject({
  /** Numbers that a detector gives of a region. */
  width: count.default(2052),
  /** Blocks of the image tower that read them, the last ones. */
  layers: count.default(usualRegionLayers),
});

/** A model config as open_clip has it (`model_configs/*.json`): sizes in pixels, tokens, channels. */
export const architectureSchema = z
  .strictObject({
    /** Not known to open_clip: `siglip` takes SigLIP's towers in place of CLIP's. */
    family: z.enum(['clip', 'siglip']).optional(),
    /** SigLIP: GELU exact in place of its tanh approximation. */
    exact_gelu: z.boolean().optional(),
    embed_dim: count,
    quick_gelu: z.boolean().optional(),
    vision_cfg: visionSchema,
    text_cfg: textSchema,
    /** Not known to open_clip: Structure-CLIP's reader of triples beside the text tower. */
    knowledge_cfg: knowledgeSchema.optional(),
    /** Not known to open_clip: PyramidCLIP's reader of regions, for training alone. */
    regions_cfg: regionsSchema.optional(),
  })
  .refine(({ vision_cfg: v }) => isResNet(v) || v.patch_size, 'a vision transformer needs vision_cfg.patch_size')
  .refine(
    ({ vision_cfg: v }) => isResNet(v) || v.width % (v.head_width ?? defaultHeadWidth) === 0,
    'vision_cfg.width is not a multiple of vision_cfg.head_width (64 where it is not given)',
  )
  .refine(({ text_cfg: t }) => t.width % t.heads === 0, 'text_cfg.width is not a multiple of text_cfg.heads')
  .refine(
    ({ vision_cfg: v }) => !isResNet(v) || (v.image_size >= 32 && v.image_size % 2 === 0),
    'the picture size of a ResNet has to be even and at least 32',
  )
  .refine(
    ({ family, quick_gelu, vision_cfg: v }) =>
      family !== 'siglip' || (!isResNet(v) && v.stem !== 'conv' && quick_gelu !== true),
    'SigLIP has a vision transformer with a patch stem, and no QuickGELU',
  )
  .refine(
    ({ family, embed_dim, vision_cfg: v }) => family !== 'siglip' || v.width === embed_dim,
    'SigLIP embeds pictures in the width of its image tower, so embed_dim has to be vision_cfg.width',
  )
  .refine(
    ({ family, vision_cfg: v, regions_cfg: regions }) =>
      !regions || (family !== 'siglip' && typeof v.layers === 'number' && regions.layers <= v.layers),
    "regions are read by the last blocks of CLIP's vision transformer: regions_cfg.layers is at most vision_cfg.layers",
  )
  .refine(
    ({ family, exact_gelu }) => family === 'siglip' || exact_gelu === undefined,
    'exact_gelu is for SigLIP alone',
  );

export type Architecture = z.infer<typeof architectureSchema>;

export function isSiglip({ family }: { family?: string | undefined }): boolean {
  return family === 'siglip';
}

export function isResNet({ layers }: { layers: number | readonly number[] }): boolean {
  return typeof layers !== 'number';
}

const named = {
  'tiny-vit': tinyVit,
  'tiny-rn': tinyRn,
  'tiny-siglip': tinySiglip,
  'verifier-vit': verifierVit,
  'verifier-rn': verifierRn,
  'ViT-B-32': ViTB32,
  'ViT-B-32-quickgelu': ViTB32QuickGelu,
  'ViT-B-16': ViTB16,
  'ViT-B-16-SigLIP': ViTB16Siglip,
  'ViT-L-14': ViTL14,
  'ViT-L-14-336': ViTL14At336,
  'ViT-H-14': ViTH14,
  RN50,
  RN101,
  RN50x4,
};

export type ArchitectureName = keyof typeof named;
export const architectureNames = Object.keys(named) as ArchitectureName[];

/**
 * The architecture by name, or the one given, checked.
 * @param imageSize Width and height of the pictures in pixels, in place of the architecture's own.
 * @throws AnagramError `invalid-options`
 */
export function findArchitecture(architecture: ArchitectureName | Architecture, imageSize?: number): Architecture {
  const config = typeof architecture === 'string' ? namedArchitecture(architecture) : architecture;
  const checked = parseSettings('architecture', architectureSchema, config);
  if (imageSize === undefined) return checked;
  const resized = { ...checked, vision_cfg: { ...checked.vision_cfg, image_size: imageSize } };
  return parseSettings('architecture', architectureSchema, resized);
}

export interface Readers {
  readonly knowledge?: z.input<typeof knowledgeSchema> | undefined;
  readonly regions?: z.input<typeof regionsSchema> | undefined;
}

/**
 * The architecture with readers of triples and regions of these settings; as it is where none are given.
 * @throws AnagramError `invalid-options` where it has one already, or cannot have it.
 */
export function withReaders(architecture: Architecture, { knowledge, regions }: Readers): Architecture {
  if (knowledge && architecture.knowledge_cfg) throw hasReader('knowledge', 'triples');
  if (regions && architecture.regions_cfg) throw hasReader('regions', 'regions');
  const config = {
    ...architecture,
    ...(knowledge && { knowledge_cfg: parseSettings('knowledge', knowledgeSchema, knowledge) }),
    ...(regions && { regions_cfg: parseSettings('regions', regionsSchema, { ...shallow(architecture), ...regions }) }),
  };
  return parseSettings('architecture', architectureSchema, config);
}

/** A tower of fewer blocks than regions are usually read by reads them by all. */
function shallow({ vision_cfg: { layers } }: Architecture): { layers?: number } {
  return typeof layers === 'number' && layers < usualRegionLayers ? { layers } : {};
}

function hasReader(option: string, what: string): AnagramError<'invalid-options'> {
  const message = `${option}: the model reads ${what} already. Leave the option out to keep its reader.`;
  return new AnagramError('invalid-options', message, { where: option });
}

function namedArchitecture(name: string): object {
  if (Object.hasOwn(named, name)) return named[name as ArchitectureName];
  const message = `There is no architecture "${name}".${suggest(name, architectureNames)}`;
  throw new AnagramError('invalid-options', message, { where: 'architecture' });
}
