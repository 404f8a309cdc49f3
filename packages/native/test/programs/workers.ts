import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { quietOpenMp } from '../../lib/index.ts';

if (isMainThread) {
  quietOpenMp();
  const start = () => new Worker(new URL(import.meta.url), { execArgv: ['--conditions=@anagram/source'] });
  const workers = [start(), start()];
  const losses = await Promise.all(workers.map((worker) => once(worker, 'message').then(([losses]) => losses)));
  const exits = await Promise.all(workers.map((worker) => once(worker, 'exit').then(([code]) => code)));
  const busy = start();
  await once(busy, 'message');
  const terminated = await busy.terminate();
  console.log(JSON.stringify({ losses, exits, terminated }));
} else {
  const { makeTrainer } = await import('./train.ts');
  const { step } = await makeTrainer();
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) losses.push((await step()).loss);
  const more = Array.from({ length: 30 }, step);
  parentPort?.postMessage(losses);
  await Promise.all(more);
}
