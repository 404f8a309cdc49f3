/** A text as the tokenizer reads it: NFC, white space collapsed, lower case. Texts equal in this form are one text. */
export function normaliseText(text: string): string {
  // A sigma at the end of a word has a form of its own, which tokenizers that go letter by letter do not know.
  // White space is Unicode's, as in every tokenizer but JavaScript's own: with U+0085, without U+FEFF.
  return text
    .normalize('NFC')
    .replace(/\p{White_Space}+/gu, ' ')
    .replace(/^ | $/g, '')
    .replaceAll('Σ', 'σ')
    .toLowerCase();
}
