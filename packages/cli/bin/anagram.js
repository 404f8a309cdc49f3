#!/usr/bin/env node
// npm links a command only to a file that is there when it installs, and dist comes with the build.
await import('../dist/main.js');
