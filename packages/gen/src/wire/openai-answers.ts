import { fetchPicture, fromBase64, isAddress } from './picture-bytes.ts';

interface Answer {
  choices?: { message?: { content?: string | null; refusal?: string | null }; finish_reason?: string }[];
  data?: { b64_json?: string | null; url?: string | null }[];
}

/**
 * Brings what servers say differently into one form: a refusal beside an empty text is the end that a content filter makes,
 * and a picture that is only named by its address is fetched.
 */
export async function readOpenai(json: unknown, url: string, signal: AbortSignal | undefined): Promise<unknown> {
  if (typeof json !== 'object' || json === null) return json;
  const { choices, data } = json as Answer;
  for (const choice of Array.isArray(choices) ? choices : []) {
    if (choice.message?.refusal) {
      choice.finish_reason = 'content_filter';
      choice.message.content ??= '';
    }
  }
  if (!Array.isArray(data) || !/\/images\//.test(url)) return json;
  const pictures = await Promise.all(
    data.map(async ({ b64_json: base64, url: address, ...rest }) => {
      if (base64) return { ...rest, b64_json: base64 };
      if (!address) return { ...rest, b64_json: '' };
      const bytes = isAddress(address) ? await fetchPicture(address, url, signal) : fromBase64(address);
      return { ...rest, b64_json: Buffer.from(bytes).toString('base64') };
    }),
  );
  return { ...json, data: pictures.filter(({ b64_json }) => b64_json !== '') };
}
