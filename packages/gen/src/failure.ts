import { AnagramError } from '@anagram/core';
import type { ModelHandle } from './model-handle.ts';

/** @param remedy What to do, without a full stop. */
export function failure(
  model: ModelHandle,
  what: string,
  message: string,
  remedy = 'Check that the server runs, its address, the API key and the name of the model, then run the same command again',
): AnagramError<'generation-failed'> {
  const sentence = `${model.id} at ${model.address} ${what}: ${message.replace(/\.$/, '')}. Expected an answer. ${remedy}.`;
  // The wire's own error is not passed on as a cause: it holds the request and the server's words, keys among them.
  return new AnagramError('generation-failed', model.redact(sentence), { model: model.id });
}
