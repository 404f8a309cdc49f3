export type { WireOptions } from './attempt.ts';
export { captioner } from './captioner.ts';
export { editor } from './editor.ts';
export { type ImageOptions, illustrator } from './illustrator.ts';
export { type NegativeWriterOptions, negativeWriter } from './negative-writer.ts';
export { type ModelHandle, type OpenaiCompatibleOptions, openaiCompatible } from './openai-compatible.ts';
export { repairer } from './repairer.ts';
