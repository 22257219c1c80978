// The HEALTHCHECK. Healthy is a container whose process 1 runs anything but `serve`: that one tells by its exit code. `serve`
// is healthy when its own /live answers.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PROGRAM = '/app/dist/main.js';
/** Flags of `serve` that decide where it listens; the settings know the rest. */
const PASSED_ON = new Set(['--config', '--host', '--port']);

const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0');
// With --init process 1 is the init program, and names the entry point.
const start = words.findIndex((word) => word === PROGRAM || word.endsWith('/entrypoint.sh'));
const [command, ...args] = words.slice(start + 1);
if (command !== 'serve') process.exit(0);

const flags = args.flatMap((word, index) => {
  const [name, value] = word.split('=', 2);
  return PASSED_ON.has(name) ? [[name, value ?? args[index + 1]]] : [];
});
const flag = (name) => flags.findLast(([each]) => each === name)?.[1];

function setting(name, byDefault) {
  const files = flags.filter(([each]) => each === '--config').flat();
  shown ??= JSON.parse(
    execFileSync(process.execPath, [PROGRAM, 'config', 'show', '--json', ...files], { encoding: 'utf8' }),
  ).settings;
  return shown[name]?.value ?? byDefault;
}
let shown;

const host = flag('--host') ?? setting('serve.host', '0.0.0.0');
const port = flag('--port') ?? setting('serve.port', 8080);
const reached = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
const answer = await fetch(`http://${reached}:${port}/live`, { signal: AbortSignal.timeout(5_000) });
if (!answer.ok) throw new Error(`/live answered ${answer.status}`);
