/** A text as the tokenizer reads it: NFC, white space collapsed, lower case. Texts equal in this form are one text. */
export function normaliseText(text: string): string {
  // A sigma at the end of a word has a form of its own, which tokenizers that go letter by letter do not know.
  const spaced = text.normalize('NFC').replace(/\p{White_Space}+/gu, ' ');
  return spaced.replace(/^ | $/g, '').replaceAll('Σ', 'σ').toLowerCase();
}
