import { AnagramError } from '../../errors.ts';
import { suggest } from '../../settings.ts';
import type { Task } from '../task.ts';
import { aroAttribution, aroOrder, aroOrderSets, aroRelation } from './aro.ts';
import { bivlc } from './bivlc.ts';
import {
  cocoRetrieval,
  cocoRetrievalSets,
  flickr8kRetrieval,
  flickr30kRetrieval,
  flickrRetrievalSets,
} from './caption-retrieval.ts';
import { cola } from './cola.ts';
import { colaSingle, colaSingleSets } from './cola-single.ts';
import { colorSwap } from './color-swap.ts';
import { crepeProductivity, crepeProductivitySets, crepeSystematicity, crepeSystematicitySets } from './crepe.ts';
import type { BenchmarkOptions, BenchmarkReport } from './define-benchmark.ts';
import { mmvpVlm } from './mmvp-vlm.ts';
import { negBench, negBenchRetrieval, negBenchRetrievalSets, negBenchSets } from './negbench.ts';
import { spec } from './spec.ts';
import { sugarCrepe } from './sugar-crepe.ts';
import { sugarCrepePlusPlus } from './sugar-crepe-pp.ts';
import { valse } from './valse.ts';
import { vlCheckList, vlCheckListSets } from './vl-checklist.ts';
import { spatialRelations, spatialRelationsSets, whatsUp, whatsUpSets } from './whats-up.ts';
import { winoground } from './winoground.ts';

interface Entry {
  /** Parts of which one has to be named; none where the benchmark is one. */
  readonly sets: readonly string[];
  open(options: BenchmarkOptions, set: string): Task<BenchmarkReport>;
}

const entries: { readonly [name: string]: Entry } = {
  'sugar-crepe': whole(sugarCrepe),
  'sugar-crepe-plus-plus': whole(sugarCrepePlusPlus),
  winoground: whole(winoground),
  'color-swap': whole(colorSwap),
  bivlc: whole(bivlc),
  cola: whole(cola),
  'cola-single': bySet(colaSingleSets, colaSingle),
  'aro-relation': whole(aroRelation),
  'aro-attribution': whole(aroAttribution),
  'aro-order': bySet(aroOrderSets, aroOrder),
  'whats-up': bySet(whatsUpSets, whatsUp),
  'spatial-relations': bySet(spatialRelationsSets, spatialRelations),
  'mmvp-vlm': whole(mmvpVlm),
  negbench: bySet(negBenchSets, negBench),
  'negbench-retrieval': bySet(negBenchRetrievalSets, negBenchRetrieval),
  spec: whole(spec),
  valse: whole(valse),
  'crepe-productivity': bySet(crepeProductivitySets, crepeProductivity),
  'crepe-systematicity': bySet(crepeSystematicitySets, crepeSystematicity),
  'vl-checklist': bySet(vlCheckListSets, vlCheckList),
  'coco-retrieval': bySet(cocoRetrievalSets, cocoRetrieval),
  'flickr30k-retrieval': bySet(flickrRetrievalSets, flickr30kRetrieval),
  'flickr8k-retrieval': bySet(flickrRetrievalSets, flickr8kRetrieval),
};

/** Every benchmark that has a name, one for each set: `sugar-crepe`, `negbench:coco`, … */
export const benchmarkNames: readonly string[] = Object.entries(entries).flatMap(([name, { sets }]) =>
  sets.length === 0 ? [name] : sets.map((set) => `${name}:${set}`),
);

/**
 * A published benchmark by its name.
 * @param name One of `benchmarkNames`.
 * @throws AnagramError `invalid-options`, with the name that was probably meant, or the sets that there are.
 */
export function findBenchmark(name: string, options: BenchmarkOptions): Task<BenchmarkReport> {
  const colon = name.indexOf(':');
  const family = colon < 0 ? name : name.slice(0, colon);
  const set = colon < 0 ? undefined : name.slice(colon + 1);
  const entry = Object.hasOwn(entries, family) ? entries[family] : undefined;
  if (!entry) throw unknown(`There is no benchmark "${family}".${suggest(family, Object.keys(entries))}`);
  const { sets } = entry;
  if (sets.length === 0) {
    if (set === undefined) return entry.open(options, '');
    throw unknown(`The benchmark ${family} has no sets; expected "${family}", received "${name}".`);
  }
  if (set === undefined || set === '') {
    throw unknown(`The benchmark ${family} has sets; name one, e.g. ${family}:${sets[0]}. Known: ${sets.join(', ')}.`);
  }
  if (!sets.includes(set)) throw unknown(`The benchmark ${family} has no set "${set}".${suggest(set, sets)}`);
  return entry.open(options, set);
}

function whole(open: (options: BenchmarkOptions) => Task<BenchmarkReport>): Entry {
  return { sets: [], open };
}

/** The benchmark itself checks the set again. */
function bySet<S extends string>(
  sets: readonly S[],
  open: (options: BenchmarkOptions & { readonly set: S }) => Task<BenchmarkReport>,
): Entry {
  return { sets, open: (options, set) => open({ ...options, set: set as S }) };
}

function unknown(message: string): AnagramError<'invalid-options'> {
  return new AnagramError('invalid-options', message, { where: 'benchmark' });
}
