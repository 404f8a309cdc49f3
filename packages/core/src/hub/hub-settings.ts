import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';

/** Where models come from, as Hugging Face's own libraries are told. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | null;
  /** Folder with `models--OWNER--NAME/`. */
  readonly cacheDir: string;
  /** True where nothing may be asked of the network. */
  readonly offline: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const yes = /^(1|on|yes|true)$/i;

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_HUB_OFFLINE` and the older
 * names of these, with huggingface_hub's order and defaults.
 * @throws AnagramError `invalid-options` where the endpoint is no address.
 */
export async function hubSettings(environment: Environment): Promise<HubSettings> {
  const path = (...names: string[]) => {
    const found = names.map((name) => environment[name]).find((value) => value);
    return found?.replace(/^~(?=$|[/\\])/, homedir());
  };
  const home = path('HF_HOME') ?? join(path('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface');
  const offline = environment.HF_HUB_OFFLINE || environment.TRANSFORMERS_OFFLINE || '';
  return {
    endpoint: readEndpoint(environment.HF_ENDPOINT || 'https://huggingface.co'),
    token: await readToken(environment, path('HF_TOKEN_PATH') ?? join(home, 'token')),
    cacheDir: path('HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub'),
    offline: yes.test(offline),
  };
}

/** An address with a password in it is refused without being shown. */
function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return text.replace(/\/+$/, '');
  throw new AnagramError(
    'invalid-options',
    'HF_ENDPOINT is not an address that can be asked. Expected one such as https://huggingface.co, with no user name or password in it. Correct it, or unset it.',
    { where: 'HF_ENDPOINT' },
  );
}

async function readToken(environment: Environment, path: string): Promise<string | null> {
  const given = environment.HF_TOKEN || environment.HUGGING_FACE_HUB_TOKEN;
  const token = given ?? (await readFile(path, 'utf8').catch(() => ''));
  return token.trim() || null;
}
