import { loadBinding } from '../../lib/index.ts';
import { tiny } from '../tiny.ts';

// Sixteen models of 51 MB that nobody disposes of: the garbage collector must know what they weigh.
const binding = loadBinding();
const wide = { ...tiny, text: { ...tiny.text, vocabSize: 800_000 } };
for (let made = 0; made < 16; made++) await binding.createModel(wide, made, 'cpu');
console.log(JSON.stringify({ megabytes: process.resourceUsage().maxRSS / 1024 }));
