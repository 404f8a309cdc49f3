import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Weights as `torch.save` writes them; what a trainer leaves beside them is none. */
const pickled = /\.(bin|pt|pth|ckpt)$/i;
const besideWeights = /^(training_args|optimizer|scheduler|scaler|rng_state.*)\.(bin|pt|pth)$/i;

/** Names of the files with pickled weights in a folder, in order; the parts of one model together. */
export async function findPickledWeights(dir: string): Promise<string[]> {
  return pickledAmong(await readdir(dir).catch(() => []));
}

/** The same, of names that are known. */
export function pickledAmong(names: readonly string[]): string[] {
  const weights = names.toSorted().filter((name) => pickled.test(name) && !besideWeights.test(name));
  const parts = weights.filter((name) => /-\d+-of-\d+\./.test(name));
  return parts.length > 0 ? parts : weights.slice(0, 1);
}

/**
 * Why a pickle is not read, and the commands that make safetensors of it.
 * @param wanted Name of the file that is read in its place.
 */
export function explainPickle(dir: string, names: readonly string[], wanted: string): string {
  const script = [
    'import sys, torch',
    'from safetensors.torch import save_file',
    'state = {}',
    'for path in sys.argv[2:]: part = torch.load(path, map_location="cpu", weights_only=True); state.update(part.get("state_dict", part))',
    'save_file({name.removeprefix("module."): value.clone().contiguous() for name, value in state.items() if torch.is_tensor(value)}, sys.argv[1], metadata={"format": "pt"})',
  ].join('\n');
  const paths = [wanted, ...names].map((name) => quoted(join(dir, name))).join(' ');
  return `${dir} has its weights pickled, in ${names.join(', ')}. A pickle is a program: whoever wrote it decides what runs when it is opened, so Anagram reads safetensors alone. Expected ${wanted}. If you trust where they come from, convert them once, on a machine that may run them:

pip install torch safetensors numpy
python -c ${quoted(script)} ${paths}

Where torch says that the file is a TorchScript archive, as OpenAI's are, write torch.jit.load(path, map_location="cpu").state_dict() in place of torch.load(…).`;
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
