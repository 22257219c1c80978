#!/usr/bin/env node
import { processOutput } from './cli/output.ts';
import { run } from './cli/program.ts';

const output = processOutput();
const interruption = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first one ends the run in order, the second one at once.
    if (interruption.signal.aborted) process.exit(signal === 'SIGTERM' ? 143 : 130);
    interruption.abort(signal);
  });
}

process.exitCode = await run(process.argv.slice(2), { output, signal: interruption.signal });
