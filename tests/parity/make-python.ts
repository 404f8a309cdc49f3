// Makes the parity suite's Python ahead of its first run: node --conditions=@anagram/source tests/parity/make-python.ts
import { referencePython } from './python.ts';

await referencePython(console.log);
