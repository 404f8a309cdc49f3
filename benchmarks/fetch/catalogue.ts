/** One file of a benchmark. */
export interface RemoteFile {
  /** Below the benchmark's folder. */
  readonly path: string;
  readonly url: string;
  /** Hex. Where none is known, the file's own is kept in the lock at the first fetch and holds from then on. */
  readonly sha256?: string;
  /** A zip is unpacked beside itself and removed. */
  readonly unpack?: true;
}

export interface Download {
  readonly files: readonly RemoteFile[];
  /** Terms at this address have to be accepted, and a token of who has accepted them stands in HF_TOKEN. */
  readonly gated?: string;
  /** What cannot be fetched by a program, and how to get it. */
  readonly byHand?: string;
}

/** Files of a repository at one commit. */
function github(
  repository: string,
  commit: string,
  folder: string,
  files: { readonly [file: string]: string | null },
): RemoteFile[] {
  return Object.entries(files).map(([file, sha256]) => ({
    path: file,
    url: `https://raw.githubusercontent.com/${repository}/${commit}/${folder}${file}`,
    ...(sha256 !== null && { sha256 }),
  }));
}

/** Files of a data set on the Hugging Face hub: its newest version, which the lock then holds to. */
function hub(dataset: string, files: { readonly [path: string]: string }, unpack = false): RemoteFile[] {
  return Object.entries(files).map(([path, file]) => ({
    path,
    url: `https://huggingface.co/datasets/${dataset}/resolve/main/${encodeURI(file)}`,
    ...(unpack && path.endsWith('.zip') && { unpack: true as const }),
  }));
}

function zip(url: string): RemoteFile {
  return { path: url.split('/').at(-1)!, url, unpack: true };
}

const coco = 'http://images.cocodataset.org';
const crepe = 'https://raw.githubusercontent.com/RAIVNLab/CREPE/1fa81c425f442396fe304f170c8eb6dc0747c814/data';
const cola = '1fa52fba9cff4e6ffb7bfcf3550838748347273b';
const vlCheckList = '6f8d6a3281c401b89e4e154f46c6974ec2df3a82';
const karpathy = zip('https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip');
const visualGenome = 'Pictures: Visual Genome, homes.cs.washington.edu/~ranjay/visualgenome (VG_100K and VG_100K_2).';
const drive = (what: string, where: string) =>
  `${what} lies on Google Drive, which asks before it hands out large files: follow the links in ${where}.`;

/** By the benchmarks' names, and pictures of COCO that several of them share. */
export const catalogue: { readonly [name: string]: Download } = {
  'sugar-crepe': {
    files: github('RAIVNLab/sugar-crepe', '0047054b243992f0fad63d6f64f7544862daf846', 'data/', {
      'add_att.json': '012d88d729693d193760e6f3393b06a1cf874380a9db0062e937201199fe044d',
      'add_obj.json': '1b9d76b93139a937b8dc1ada92a4f05ecc821bb3c291d752428bafadd4bb0682',
      'replace_att.json': '9fe55fd4c0a9ad1f85d486d9f6d0215b41f867eb025026e7f7b5ce44352545ee',
      'replace_obj.json': '9d299600639947e9d15281a9ded1382b376cf4ea088a8d08a1314bfe76e81898',
      'replace_rel.json': '356bcc2fc4c6aed3f4d9fd50acc58489bb1fe70c28791f9368d4cbf9ea39cdc9',
      'swap_att.json': '7a7ce04e5c4c80412b48c6f0c1347fb1a2f5d54c0be6aa429b64d390e442f8d0',
      'swap_obj.json': '073cdb8e253d053614e80710834d9773b09dbc1dd0a412f6f9492262caa1dcad',
    }),
    byHand: 'Pictures: fetch coco-val2017.',
  },
  'sugar-crepe-plus-plus': {
    files: github('Sri-Harsha/scpp', 'c083bbf039a5ca215acaf25e7ee736d2ea6f3864', 'data/', {
      'replace_att.json': '6826413592894754eeca02aeebbcbbc8b95a7456998abcc714e71c033ce6fe87',
      'replace_obj.json': '5c6dc499ec8f511a8aa4ec1b7b5eb0eca90317488abe36ec39573355e2d361ab',
      'replace_rel.json': '040fb95d3f0619bf515db60879e99709a87a5e9b4f524ec3403b127243480fd4',
      'swap_att.json': '450d0fd9fcad3e6f44950dc634e7f901ab1c6d9c60a569ade5ae8ffb3d203ad8',
      'swap_obj.json': '5f33cae824de431a7ecd3c5de6301f689815f9497aa36d96b154bbaf117b201b',
    }),
    byHand: 'Pictures: fetch coco-val2017.',
  },
  winoground: {
    gated: 'https://huggingface.co/datasets/facebook/winoground',
    files: [
      ...hub('facebook/winoground', { 'examples.jsonl': 'data/examples.jsonl', 'images.zip': 'data/images.zip' }, true),
      ...github('ajd12342/why-winoground-hard', '7069ff68709b493c7b32cdd7e3f5d65178cd9273', '', {
        'new_tag_assignments.json': '8a635dac806bb63484dbe9b0763ee3df6525a2ffbbab6b9c0a77a0fc3c41fc86',
      }),
    ],
  },
  'color-swap': { files: [], byHand: drive('The data set', 'the README of github.com/Top34051/colorswap') },
  bivlc: {
    files: [],
    byHand:
      'The Parquet files lie at huggingface.co/datasets/imirandam/BiVLC: hf download imirandam/BiVLC --repo-type dataset --local-dir bivlc',
  },
  cola: {
    files: github('arijitray1993/COLA', cola, 'data/', {
      'COLA_multiobjects_matching_benchmark.json': 'e2846dcc958e3277813ca572bce53db96fd5dd65caaa57ccd20dc1ce51d73ec0',
    }),
    byHand: visualGenome,
  },
  'cola-single': {
    files: github('arijitray1993/COLA', cola, 'data/', {
      'COLA_singleobjects_benchmark_GQA.json': null,
      'COLA_singleobjects_benchmark_CLEVR.json': null,
      'COLA_singleobjects_benchmark_PACO.json': null,
    }),
    byHand: `${visualGenome} CLEVR: cs.stanford.edu/people/jcjohns/clevr. PACO: pictures of COCO 2017.`,
  },
  'aro-relation': {
    files: [],
    byHand: drive('ARO', 'dataset_zoo/aro_datasets.py of github.com/mertyg/vision-language-models-are-bows'),
  },
  'aro-attribution': {
    files: [],
    byHand: drive('ARO', 'dataset_zoo/aro_datasets.py of github.com/mertyg/vision-language-models-are-bows'),
  },
  'aro-order': {
    files: [],
    byHand:
      'The shuffles are made by dataset_zoo/aro_datasets.py of github.com/mertyg/vision-language-models-are-bows; pictures: fetch coco-val2014.',
  },
  'whats-up': {
    files: [],
    byHand: drive("What'sUp", 'dataset_zoo/aro_datasets.py of github.com/amitakamath/whatsup_vlms'),
  },
  'spatial-relations': {
    files: [],
    byHand: drive("What'sUp", 'dataset_zoo/aro_datasets.py of github.com/amitakamath/whatsup_vlms'),
  },
  'mmvp-vlm': {
    files: hub('MMVP/MMVP_VLM', { 'Questions.csv': 'Questions.csv' }),
    byHand: 'Pictures: hf download MMVP/MMVP_VLM --repo-type dataset --local-dir mmvp-vlm',
  },
  negbench: { files: [], byHand: drive('NegBench', 'benchmarks/README.md of github.com/m1k2zoo/negbench') },
  'negbench-retrieval': { files: [], byHand: drive('NegBench', 'benchmarks/README.md of github.com/m1k2zoo/negbench') },
  spec: { files: hub('wjpoom/SPEC', { 'data.zip': 'data.zip' }, true) },
  valse: {
    files: github('Heidelberg-NLP/VALSE', '2152d90d4aecd11f7f74cf03420abcb63efff9c5', 'data/', {
      'existence.json': 'b20fca52eba86c544083d423345a2e28e60e601ef61c56c9ac1c73a95a3a6d18',
      'plurals.json': '43760db7fc8c6f2a21d3536d52f81539cb101f3370e8d2effb09de43d91486a3',
      'counting-hard.json': '2cc83615653675fb50914ce2d8ab4041cce1278eed7ac0abf6f319dbce5c967a',
      'counting-small-quant.json': 'ca0645885b05738f6c6df2dffec70c669aaff64114017f33425821faab4bc374',
      'counting-adversarial.json': '0d23529308449c98b37a91048a865a5f377325eceb9accd73f2947bc512d12b0',
      'relations.json': '061fc557459c318ccd6734d07c21cfa5bf5ae87aa6b1110b8f5ec3d6b2911043',
      'action-replacement.json': '336ba134f29a3475d0508809067218909a6bd30f079c59309d19244eccb7917f',
      'actant-swap.json': '915294ac3ade7c4c067b1c6841d0db93b60cb8a61ac8e2fb6b125c2a1c0ca93a',
      'coreference-standard.json': 'dae1d9eb018acb54e29a1c4983f3563f86ec3b6beb4037a261564270b0473e95',
      'coreference-hard.json': 'ef54d8d971d9e0f264e07de08d9915c6e3d6129a2f239888f2b938f5c2eb4139',
      'foil-it.json': '6f6f0d7494271ed28f6e6f075c3ba36ba1bc45d00ecf7403920f060915130460',
    }),
    byHand: 'Pictures: the places that the README of github.com/Heidelberg-NLP/VALSE names.',
  },
  'crepe-productivity': { files: [zip(`${crepe}/prod_hard_negatives.zip`)], byHand: visualGenome },
  'crepe-systematicity': { files: [zip(`${crepe}/syst_hard_negatives.zip`)], byHand: visualGenome },
  'vl-checklist': {
    files: [
      {
        path: 'vl-checklist.zip',
        url: `https://codeload.github.com/om-ai-lab/VL-CheckList/zip/${vlCheckList}`,
        unpack: true,
      },
    ],
    byHand: 'Pictures: the places that DATASETS.md of github.com/om-ai-lab/VL-CheckList names.',
  },
  'coco-retrieval': {
    files: [karpathy, zip(`${coco}/annotations/annotations_trainval2017.zip`)],
    byHand: 'Pictures: fetch coco-val2014, and coco-val2017 for its own set.',
  },
  'flickr30k-retrieval': {
    files: [karpathy],
    byHand: 'Pictures are handed out on request: https://shannon.cs.illinois.edu/DenotationGraph',
  },
  'flickr8k-retrieval': {
    files: [karpathy],
    byHand: 'Pictures are handed out on request: http://hockenmaier.cs.illinois.edu/8k-pictures.html',
  },
  'coco-val2017': { files: [zip(`${coco}/zips/val2017.zip`)] },
  'coco-val2014': { files: [zip(`${coco}/zips/val2014.zip`)] },
};
