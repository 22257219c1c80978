// Prints the software bill of materials (CycloneDX): every package that the program is built from, those for development left
// out. `npm sbom --omit dev` alone also leaves out packages that development needs as well, such as zod (seen with npm 11), so
// npm is shown a lock file that has none of development in it.
//
//   npm run --silent sbom > sbom.cdx.json
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const readJson = (name) => JSON.parse(readFileSync(name, 'utf8'));
const withoutDevelopment = ({ devDependencies: _, ...rest }) => rest;

const manifest = withoutDevelopment(readJson('package.json'));
const lock = readJson('package-lock.json');
const packages = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
lock.packages = Object.fromEntries(packages.map(([path, entry]) => [path, withoutDevelopment(entry)]));

const work = mkdtempSync(join(tmpdir(), 'sbom-'));
try {
  // npm takes the name of the product from the folder.
  const folder = join(work, manifest.name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
