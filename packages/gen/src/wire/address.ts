import { AnagramError } from '@anagram/core';

/** @throws AnagramError `invalid-options` for anything but a plain http address; what was given is not repeated, it may hold a key. */
export function requireAddress(where: string, baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '') {
    throw invalid(
      `${where}.baseUrl`,
      'Expected an http or https address without credentials and query, e.g. http://127.0.0.1:11434/v1',
    );
  }
  return url;
}

export function requireName(where: string, name: string): void {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) throw invalid(where, `Expected letters and digits, received "${name}"`);
}

export function invalid(where: string, expected: string): AnagramError<'invalid-options'> {
  return new AnagramError('invalid-options', `${where}: ${expected}.`, { where });
}
