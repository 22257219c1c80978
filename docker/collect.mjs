// Lays out /app of the image in a folder: the built program, its settings, and of node_modules only the packages that
// dist/ asks for at run time (dist/packages.json, written by the build), with what those need in turn.
//
//   node docker/collect.mjs FOLDER      in a folder with dist/ and node_modules without dev dependencies
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const target = process.argv[2];
if (target === undefined) throw new Error('name the folder: node docker/collect.mjs FOLDER');
const root = process.cwd();
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Where Node finds a package, looking from a folder upwards; undefined when it is not installed. */
function locate(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === root) return undefined;
  }
}

const kept = new Set();
function keep(name, from, required) {
  const folder = locate(name, from);
  if (folder === undefined) {
    if (required) throw new Error(`${name} is asked for by ${relative(root, from) || 'dist'} and is not installed`);
    return;
  }
  if (kept.has(folder)) return;
  kept.add(folder);
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
  } = readJson(join(folder, 'package.json'));
  for (const each of Object.keys(dependencies)) keep(each, folder, optionalDependencies[each] === undefined);
  for (const each of Object.keys({ ...optionalDependencies, ...peerDependencies })) keep(each, folder, false);
}

const own = readJson('package.json').dependencies;
// What is no dependency of ours is an optional one of a bundled package, tried and done without.
for (const name of readJson('dist/packages.json')) keep(name, root, own[name] !== undefined);

/** Tests, types and maps of packages are for those who work on them. */
function isRunFrom(folder, path) {
  const parts = relative(folder, path).split(sep);
  return (
    !parts.includes('node_modules') &&
    !parts.some((part) => /^(tests?|__tests__)$/.test(part)) &&
    !/\.(map|[cm]?tsx?|test\.[cm]?js)$/.test(path)
  );
}
for (const folder of kept) {
  cpSync(folder, join(target, relative(root, folder)), {
    recursive: true,
    filter: (path) => isRunFrom(folder, path),
  });
}
for (const name of ['dist', 'config', 'package.json', 'LICENSE']) cpSync(name, join(target, name), { recursive: true });
for (const name of ['entrypoint.sh', 'health.mjs']) cpSync(join('docker', name), join(target, 'docker', name));

/** The licences of all packages, those that are inside dist/ included. */
function licences(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)(\.|-|$)/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
const texts = licences(join(root, 'node_modules')).map(
  (path) => `== ${relative(root, path)}\n\n${readFileSync(path, 'utf8').trim()}\n`,
);
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'THIRD-PARTY-LICENSES.txt'), texts.join('\n'));
console.log(`${kept.size} packages of node_modules: ${[...kept].map((folder) => relative(root, folder)).join(', ')}`);
