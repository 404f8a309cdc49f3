export { type StampCorpusOptions, stampCorpus, stampCorpusVersion } from './corpus.ts';
export {
  type DebianPackage,
  debianDir,
  debianEntries,
  fetchDebianPackage,
  unpackDebianPackage,
} from './debian-package.ts';
export { readStampPictures, readStamps, type Stamp, stampsPackage } from './stamps.ts';
