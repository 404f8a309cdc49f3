import { expect, it } from 'vitest';
import { createProgram } from './program.ts';

const shared = ['--config', '--set', '--json'];
const commands = createProgram().commands.map((command) => [command.name(), command] as const);

it('has its thirteen commands', () => {
  const names =
    'prepare worker label calibrate sweep negatives train interpolate evaluate embed search setup doctor'.split(' ');
  expect(commands.map(([name]) => name)).toEqual(names);
});

it.each(commands)('%s shows an example in its help, takes --json, and has few flags of its own', (name, command) => {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  expect(help).toContain(`$ anagram ${name}`);
  const flags = command.options.map(({ long }) => long!);
  expect(flags).toContain('--json');
  expect(flags.filter((flag) => !shared.includes(flag)).length).toBeLessThanOrEqual(13);
});

it('says the version of its package', () => {
  expect(createProgram().version()).toMatch(/^\d+\.\d+\.\d+$/);
});
