import { type Architecture, defaultMlpRatio, isSiglip } from './architecture.ts';
import { type ClipConfig, gridSide } from './clip-config.ts';
import type { NamedShape } from './layout.ts';

/**
 * Tensors, by open_clip's names, whose shapes fix every size of the model: a config that agrees with a file of weights
 * on these needs no more memory than the file is long. One by one, so that a config of 10¹⁵ layers ends at the first
 * that is missing.
 */
export function* definingTensors({ architecture, vocabSize }: ClipConfig): Generator<NamedShape> {
  const {
    embed_dim,
    text_cfg: text,
    vision_cfg: vision,
    knowledge_cfg: knowledge,
    regions_cfg: regions,
  } = architecture;
  yield { name: 'token_embedding.weight', shape: [vocabSize, text.width] };
  yield { name: 'positional_embedding', shape: [text.context_length, text.width] };
  if (isSiglip(architecture)) yield { name: 'text_projection.weight', shape: [embed_dim, text.width] };
  else yield { name: 'text_projection', shape: [text.width, embed_dim] };
  yield* blocks('transformer', text.layers, text.width, text.mlp_ratio);
  if (knowledge) {
    yield { name: 'knowledge.projection', shape: [text.width, embed_dim] };
    yield* blocks('knowledge.transformer', knowledge.layers, text.width, text.mlp_ratio);
  }
  if (regions) yield { name: 'regions.projection', shape: [regions.width, vision.width] };
  const { layers } = vision;
  if (typeof layers !== 'number') yield* resNet(vision, layers, embed_dim);
  else {
    const grid = gridSide(vision);
    if (isSiglip(architecture)) {
      yield { name: 'visual.positional_embedding', shape: [grid * grid, vision.width] };
      yield mlp('visual.attnpool', vision.width, vision.mlp_ratio);
    } else {
      yield { name: 'visual.positional_embedding', shape: [grid * grid + 1, vision.width] };
      yield { name: 'visual.proj', shape: [vision.width, embed_dim] };
    }
    const patch = vision.patch_size!;
    if (vision.stem !== 'conv') yield { name: 'visual.conv1.weight', shape: [vision.width, 3, patch, patch] };
    yield* blocks('visual.transformer', layers, vision.width, vision.mlp_ratio);
  }
}

function* blocks(prefix: string, count: number, width: number, mlpRatio = defaultMlpRatio): Generator<NamedShape> {
  for (let layer = 0; layer < count; layer++) {
    yield mlp(`${prefix}.resblocks.${layer}`, width, mlpRatio);
  }
}

function mlp(prefix: string, width: number, mlpRatio = defaultMlpRatio): NamedShape {
  return { name: `${prefix}.mlp.c_fc.weight`, shape: [Math.floor(width * mlpRatio), width] };
}

function* resNet(
  vision: Architecture['vision_cfg'],
  stages: readonly number[],
  embedDim: number,
): Generator<NamedShape> {
  const { width } = vision;
  let channels = width;
  for (const [stage, blockCount] of stages.entries()) {
    const planes = width * 2 ** stage;
    for (let block = 0; block < blockCount; block++) {
      yield { name: `visual.layer${stage + 1}.${block}.conv1.weight`, shape: [planes, channels, 1, 1] };
      channels = planes * 4;
    }
  }
  const side = gridSide(vision);
  yield { name: 'visual.attnpool.positional_embedding', shape: [side * side + 1, channels] };
  yield { name: 'visual.attnpool.c_proj.weight', shape: [embedDim, channels] };
}
