import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { breaksOf, broken, replaced } from './breaks.ts';
import { kindOf, nameOf, render } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { EXAMPLES, readExample, renderingProblems } from './rendering.ts';
import { WITHOUT_SCHEMAS, schemasAbsent } from './schemas.ts';
import { ROOT } from './tree.ts';

const PRODUCTION = render('deploy/kubernetes/overlays/production');

/** The breaks of an object that nothing noticed. */
async function unnoticed(
  object: Manifest,
  objects: readonly Manifest[],
  extra: readonly Manifest[],
): Promise<string[]> {
  const all = breaksOf(object);
  expect(all.length).toBeGreaterThanOrEqual(10);
  const missed: string[] = [];
  for (const way of all) {
    const after = broken(object, way);
    if ((await renderingProblems(replaced(objects, object, after), extra)).length === 0)
      missed.push(JSON.stringify(way));
  }
  const twice = await renderingProblems([...objects, object], extra);
  return twice.length === 0 ? [...missed, 'there twice'] : missed;
}

const inOverlay = (overlay: string, kinds: readonly string[]): [string, Manifest, Manifest[]][] => {
  const objects = overlay === 'production' ? PRODUCTION : render(`deploy/kubernetes/${overlay}`);
  return objects
    .filter((object) => kinds.length === 0 || kinds.includes(`${kindOf(object)} ${nameOf(object)}`))
    .map((object) => [`${overlay}: ${kindOf(object)} ${nameOf(object)}`, object, objects]);
};

const CASES = [
  ...inOverlay('production', []),
  ...inOverlay('overlays/dev', ['CronJob vortex-download', 'Deployment vortex-serve']),
  ...inOverlay('overlays/second-region', ['CronJob vortex-restore']),
  ...inOverlay('backfill', ['Job vortex-backfill']),
];

// Reads the published schemas, which are no part of the project: SCHEMAS_DIR names their folder.
describe.skipIf(schemasAbsent)(`every object broken in ten ways and more (else: ${WITHOUT_SCHEMAS})`, () => {
  test.each(CASES)('%s', async (_, object, objects) => {
    expect(await unnoticed(object, objects, [])).toEqual([]);
  });

  test.each(EXAMPLES)('the example %s', async (name) => {
    const objects = readExample(name);
    for (const object of objects) {
      expect(await unnoticed(object, objects, PRODUCTION)).toEqual([]);
    }
  });

  /** What stands in a file of deploy/kubernetes, and what is put in its place. */
  const SLIPS: readonly (readonly [file: string, before: string | RegExp, after: string])[] = [
    ['overlays/production/kustomization.yaml', '../../live', '../../lvie'],
    ['overlays/production/kustomization.yaml', 'kind: Kustomization', 'kind: Kustomization\nnamePrefix: other-'],
    ['overlays/production/kustomization.yaml', 'namespace: vortex', 'namespace: Vortex_1'],
    ['overlays/production/kustomization.yaml', 'newTag: 0.1.0', 'newTag: latest'],
    ['overlays/production/kustomization.yaml', 'path: storage-class.yaml', 'path: storage-klass.yaml'],
    ['overlays/production/kustomization.yaml', '  - path: storage-class.yaml\n', ''],
    ['overlays/production/kustomization.yaml', 'kind: SecretStore', 'kind: SecretStores'],
    ['overlays/production/kustomization.yaml', '/spec/provider/vault/path', '/spec/provider/vault/paths'],
    ['overlays/production/kustomization.yaml', 'op: replace', 'op: remove'],
    ['overlays/production/kustomization.yaml', 'patches:', 'patches: ['],
    ['overlays/production/storage-class.yaml', 'name: vortex-data', 'name: vortex-dta'],
    ['overlays/production/backup-target.yaml', 'VORTEX_BACKUP_TARGET', 'VORTEX_BACKUP_TARGTE'],
    ['live/kustomization.yaml', 'behavior: merge', 'behavior: create'],
    ['live/kustomization.yaml', 'name: vortex-providers', 'name: vortex-provider'],
    ['live/kustomization.yaml', 'VORTEX_DEFAULT_PROVIDER=barchart,yahoo', 'VORTEX_DEFAULT_PROVIDER=barchart,yaho'],
    ['live/kustomization.yaml', 'vortex/barchart-password', 'vortex/barchart-pasword'],
    ['live/kustomization.yaml', '  - vault.yaml\n', ''],
    ['base/kustomization.yaml', 'config/config.json', 'config/confg.json'],
    ['base/kustomization.yaml', 'config/instruments.json', 'config/config.json'],
    ['base/kustomization.yaml', 'VORTEX_OUTPUT_DIR', 'VORTEX_OUTPUT_DIRECTORY'],
    ['base/kustomization.yaml', 'newName: ghcr.io/vortex-history/vortex', 'newName: ghcr.io/other/vortex'],
    ['base/kustomization.yaml', '  - namespace.yaml\n', ''],
    ['base/kustomization.yaml', '  - data.yaml\n', ''],
    ['base/kustomization.yaml', '  - network-policy.yaml\n', ''],
    ['base/kustomization.yaml', 'name: vortex-settings', 'name: vortex-setting'],
    ['base/config/config.json', '"formats"', '"fromats"'],
    ['base/config/config.json', '{', ''],
    ['base/config/instruments.json', '"GOLD": {}', '"GOLD": { "cycle": "XYZ" }'],
  ];

  test.each(SLIPS)('%s with a slip: %s → %s', async (file, before, after) => {
    const folder = temporaryFolder();
    cpSync(join(ROOT, 'deploy/kubernetes'), folder, { recursive: true });
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, source.replace(before, after));
    expect(readFileSync(path, 'utf8')).not.toBe(source);
    let problems: string[];
    try {
      problems = await renderingProblems(render(join(folder, 'overlays/production')));
    } catch (error) {
      problems = [String(error)];
    }
    expect(problems).not.toEqual([]);
  });
});
