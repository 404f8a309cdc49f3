import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

// The main thread leaves while two workers are busy; it has loaded nothing itself.
if (isMainThread) {
  const workers = [0, 1].map(
    () => new Worker(new URL(import.meta.url), { execArgv: ['--conditions=@anagram/source'] }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  process.exit(0);
} else {
  const { makeTrainer } = await import('./train.ts');
  const { step } = await makeTrainer();
  const steps = Array.from({ length: 200 }, step);
  await steps[0];
  parentPort?.postMessage('busy');
  await Promise.all(steps);
}
