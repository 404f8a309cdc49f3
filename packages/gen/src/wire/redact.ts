/** Takes the keys, and whatever looks like one, out of a sentence. */
export function redactor(secrets: readonly (string | undefined)[]): (sentence: string) => string {
  const known = secrets.filter((secret): secret is string => secret !== undefined && secret.length > 3);
  return (sentence) => {
    const hidden = known.reduce((text, secret) => text.replaceAll(secret, '[key]'), sentence);
    return hidden
      .replace(/\b(sk|pk|key|hf|gsk)[-_][\w*.-]{6,}/g, '[key]')
      .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 [key]');
  };
}
