import { tiny } from '../tiny.ts';
import { binding, makeTrainer } from './train.ts';

const { step } = await makeTrainer();
const steps = Array.from({ length: 50 }, step);
binding.stop();
binding.stop();
const late = [step(), binding.createModel(tiny, 2, 'cpu')];
const outcomes = await Promise.allSettled([...steps, ...late]);
const codes = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : outcome.reason.code));
console.log(
  JSON.stringify({
    done: codes.filter((code) => code === 'done').length,
    codes: [...new Set(codes)],
    late: codes.slice(-2),
  }),
);
