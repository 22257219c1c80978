// Builds dist/. Our own modules and the packages they use become a few chunks, loaded when a command needs them: reading them
// file by file takes longer than most commands run.
import { rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { build } from 'esbuild';

// Needed seldom, or not made to be bundled.
const EXTERNAL = ['dotenv', 'parquetjs-lite', 'pino-pretty'];
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: EXTERNAL,
  // Its word on the version of Node is for us, not for who runs this.
  define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
  // commander is CommonJS and asks for node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  metafile: true,
});

// What dist/ asks node_modules for: the image holds these packages and no others.
const asked = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
const packages = asked
  .filter(({ path }) => !isBuiltin(path))
  .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
writeFileSync(new URL('dist/packages.json', import.meta.url), `${JSON.stringify([...new Set(packages)].sort())}\n`);
