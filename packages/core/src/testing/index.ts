export { type TinyPairsOptions, tinyPairs } from './tiny-pairs.ts';
