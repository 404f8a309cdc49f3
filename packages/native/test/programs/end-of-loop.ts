import { makeTrainer } from './train.ts';

// Nothing but the promises keeps this process alive, and nothing keeps it once they have settled.
const { step } = await makeTrainer();
let settled = 0;
for (let i = 0; i < 8; i++) void step().then(() => (settled += 1));
process.on('exit', () => console.log(JSON.stringify({ settled })));
