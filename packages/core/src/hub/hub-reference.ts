import { AnagramError } from '../errors.ts';

/** A model on the Hub. */
export interface HubReference {
  /** `owner/name`, or `name` for the oldest. */
  readonly repository: string;
  /** A branch, a tag, `refs/pr/N` or a commit. */
  readonly revision: string;
}

const prefix = 'hf:';
const word = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const grammar = new RegExp(`^hf:((?:${word}/)?${word})(?:@(${word}(?:/${word})*))?$`);

/** Whether a model is named by where it lies on the Hub and not by a folder. */
export function isHubReference(model: string): boolean {
  return model.startsWith(prefix);
}

/** @throws AnagramError `invalid-options` */
export function parseHubReference(text: string): HubReference {
  const [, repository, revision = 'main'] = grammar.exec(text) ?? [];
  if (repository && !/\.\.|--/.test(repository) && !revision.includes('..')) return { repository, revision };
  throw new AnagramError(
    'invalid-options',
    `"${text}" names no model of the Hub. Expected hf:owner/name or hf:owner/name@revision, e.g. hf:openai/clip-vit-large-patch14.`,
    { where: 'model' },
  );
}
