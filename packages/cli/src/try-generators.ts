import { isAnagramError } from '@anagram/core';
import { type ImageOptions, Meter, type ModelHandle, type ModelUse, type Probe, probe } from '@anagram/gen';
import type { Config } from './config.ts';
import { providersOf } from './generation.ts';
import { toGenerator } from './generators.ts';
import type { CommandContext } from './run-command.ts';

/** One line of `anagram doctor`. */
export interface Fact {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, or what is wrong and what helps. */
  readonly text: string;
  /** False: only some commands, or a later build, want it. */
  readonly needed: boolean;
  /** Of a generator that was called. */
  readonly model?: string;
  readonly probe?: Probe;
}

const uses: readonly (readonly [section: 'prepare' | 'negatives', key: string, use: ModelUse])[] = [
  ['prepare', 'captioner', 'see'],
  ['prepare', 'repairer', 'see'],
  ['prepare', 'illustrator', 'draw'],
  ['negatives', 'writer', 'write'],
  ['negatives', 'editor', 'edit'],
];

/** Calls every generator of the settings once, as it would be used; one that serves two uses of a kind is called once. */
export async function tryGenerators(
  config: Config,
  { offline = false }: { offline?: boolean },
  { signal }: Pick<CommandContext, 'signal'>,
): Promise<Fact[]> {
  const probes = new Map<string, Promise<Probe>>();
  const facts: Fact[] = [];
  for (const [section, key, use] of uses) {
    const where = `${section}.${key}`;
    const setting = config(section)[key];
    const opened = open(where, setting, config);
    if (opened === null) continue;
    if (typeof opened === 'string') {
      facts.push({ name: 'generator', ok: false, needed: true, text: opened });
      continue;
    }
    const { id, address } = opened;
    const named = `${where}: ${id} at ${address}`;
    if (offline) {
      facts.push({ name: 'generator', ok: true, needed: true, model: id, text: `${named} (not called)` });
      continue;
    }
    const once = `${id} ${address} ${use}`;
    const probing = probes.get(once) ?? probe(opened, use, { signal, now: () => performance.now() });
    probes.set(once, probing);
    const found = await probing;
    const text = `${named} ${describe(found)}`;
    facts.push({ name: 'generator', ok: found.ok, needed: true, model: id, text, probe: found });
  }
  if (facts.length > 0) return facts;
  const text = 'none configured; rules and retrieval do the work (see --config, negatives --base-url)';
  return [{ name: 'generators', ok: false, needed: false, text }];
}

/** The model of a setting; null where it names none, a sentence where it cannot be opened. */
function open(where: string, setting: unknown, config: Config): ModelHandle | string | null {
  const opened: ModelHandle[] = [];
  try {
    const generation = { providers: providersOf(config), meter: new Meter() };
    toGenerator(where, setting, ({ model }: ImageOptions) => ({ opened: opened.push(model) }), generation);
    return opened[0] ?? null;
  } catch (error) {
    if (isAnagramError(error)) return error.message;
    throw error;
  }
}

function describe({ ok, latencyMs, constrained, sees, problem }: Probe): string {
  const said = [
    ...(latencyMs === null ? [] : [`answered in ${(latencyMs / 1000).toFixed(2)} s`]),
    ...(sees ? ['takes pictures'] : []),
    ...(constrained === null
      ? []
      : [constrained ? 'answers are held to the schema' : 'answers are not held to the schema, only checked']),
  ];
  return ok ? said.join(', ') : `cannot be used: ${problem}`;
}
