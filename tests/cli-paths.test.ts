import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

/** What a command reads has to be there: exit code 2 and what was expected, before any work is done. */
test.each([
  ['SOURCE', ['prepare', 'nowhere', '--dir', 'y']],
  ['SOURCE', ['embed', 'nowhere', '--model', '.', '--dir', 'y']],
  ['SOURCE', ['label', 'nowhere', '--page', 'y']],
  ['DATA', ['sweep', 'nowhere']],
  ['DATA', ['negatives', 'nowhere']],
  ['DATA', ['train', 'nowhere', '--dir', 'y', '--steps', '3']],
  ['DATA', ['evaluate', 'nowhere', '--model', '.']],
  ['--model', ['evaluate', '.', '--model', 'nowhere']],
  ['--model', ['embed', '.', '--model', 'nowhere', '--dir', 'y']],
  ['--annotations', ['evaluate', '--model', '.', '--benchmark', 'cola', '--annotations', 'nowhere', '--images', '.']],
  ['--verifier', ['prepare', '.', '--dir', 'y', '--verifier', 'nowhere']],
  ['--similar-model', ['prepare', '.', '--dir', 'y', '--similar', '0.9', '--similar-model', 'nowhere']],
  ['--verifier', ['calibrate', '.', '--verifier', 'nowhere', '--labels', 'package.json']],
  ['--labels', ['calibrate', '.', '--verifier', '.', '--labels', 'nowhere']],
  ['--threshold', ['prepare', '.', '--dir', 'y', '--threshold', 'nowhere']],
  ['--compare', ['evaluate', 'nowhere', '.', '--compare']],
  ['INDEX', ['search', 'nowhere', 'a cup', '--model', '.']],
])('%s at which there is nothing: %j', async (where, args) => {
  const { code, stdout } = await runCli([...args, '--json']);
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({ code: 'invalid-options', where });
  expect(error.message).toMatch(/There is no "nowhere"\. Expected /);
  expect(code).toBe(2);
});
