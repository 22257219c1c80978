// Builds dist/. Our own modules and the packages they use become a few chunks, loaded when a command needs them: reading them
// file by file takes longer than most commands run.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
// What nearly every command needs is what this one needs.
const CORE = 'src/cli/plan.ts';
const options = {
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Needed seldom, or not made to be bundled.
  external: ['dotenv', 'parquetjs-lite', 'pino-pretty'],
  // Its word on the version of Node is for us, not for who runs this.
  define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
  // commander is CommonJS and asks for node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  metafile: true,
};

/** A module and all that it imports, but for what it imports when needed. */
function importsOf(inputs, path, seen = new Set()) {
  if (seen.has(path) || inputs[path] === undefined) return seen;
  seen.add(path);
  for (const { kind, path: next } of inputs[path].imports) if (kind !== 'dynamic-import') importsOf(inputs, next, seen);
  return seen;
}

// A chunk is made for each set of commands that share a module: dozens of small files, and reading them takes longer than what
// is in them. So everything that is loaded when needed asks for the core, which becomes one chunk.
const { inputs } = (await build({ ...options, write: false })).metafile;
const core = importsOf(inputs, CORE);
const late = Object.values(inputs).flatMap(({ imports }) => imports.filter(({ kind }) => kind === 'dynamic-import'));
const asking = new Set(
  late
    .filter(({ path }) => /^(src|sandbox)\/.*\.ts$/.test(path) && !core.has(path))
    .map(({ path }) => join(root, path)),
);
const withCore = {
  name: 'core',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!asking.has(path)) return undefined;
      return { contents: `import ${JSON.stringify(join(root, CORE))};\n${readFileSync(path, 'utf8')}`, loader: 'ts' };
    });
  },
};
// Parts of axios that are for other uses than ours and take longer to load than the rest of it: requests by fetch, forms with
// files in them, and node's own fetch, which comes with a look at FormData.
const AXIOS = new Map([
  ['axios/lib/adapters/fetch.js', () => 'export const getFetch = null;'],
  ['axios/lib/platform/node/classes/FormData.js', () => 'export default null;'],
  ['axios/lib/utils.js', (source) => source.replaceAll('G.FormData', 'undefined')],
]);
const trimmed = new Set();
const withLessAxios = {
  name: 'less-axios',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]node_modules[\\/]axios[\\/]lib[\\/]/ }, ({ path }) => {
      const name = path.replaceAll('\\', '/').split('/node_modules/').at(-1);
      const trim = AXIOS.get(name);
      if (trim === undefined) return undefined;
      const source = readFileSync(path, 'utf8');
      const contents = trim(source);
      if (contents !== source) trimmed.add(name);
      return { contents, loader: 'js' };
    });
  },
};
rmSync(join(root, 'dist'), { recursive: true, force: true });
const { metafile } = await build({ ...options, plugins: [withCore, withLessAxios] });
for (const name of AXIOS.keys())
  if (!trimmed.has(name)) throw new Error(`${name} has changed: see what axios loads now`);

// What dist/ asks node_modules for: the image holds these packages and no others.
const asked = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
const packages = asked
  .filter(({ path }) => !isBuiltin(path))
  .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
writeFileSync(new URL('dist/packages.json', import.meta.url), `${JSON.stringify([...new Set(packages)].sort())}\n`);
