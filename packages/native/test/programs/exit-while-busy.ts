import { makeTrainer } from './train.ts';

const { step } = await makeTrainer();
const steps = Array.from({ length: 200 }, step);
await steps[0];
if (process.argv[2] === 'throw') {
  setImmediate(() => {
    throw new Error('uncaught');
  });
} else {
  process.exit(0);
}
