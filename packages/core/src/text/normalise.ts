/** A text as the tokenizer reads it: NFC, white space collapsed, lower case. Texts equal in this form are one text. */
export function normaliseText(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim().toLowerCase();
}
