import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { kindOf, nameOf, render } from './kustomize.ts';
import { OVERLAYS } from './overlays.ts';
import { ROOT, parseYaml } from './tree.ts';
import type { Tree } from './tree.ts';

/** The version of kustomize in the kubectl of this machine, as `[major, minor]`; absent without one. */
function kustomizeOfKubectl(): number | undefined {
  const asked = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
  const found = /Kustomize Version: v(\d+)\./.exec(asked.stdout);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

const major = kustomizeOfKubectl();
const sorted = (objects: readonly Tree[]): Tree[] =>
  [...objects].sort((a, b) => (`${kindOf(a)} ${nameOf(a)}` < `${kindOf(b)} ${nameOf(b)}` ? -1 : 1));

// Not to be had everywhere: Debian's kubectl has a kustomize of 2019. Our own rendering is checked in either case.
describe.skipIf(major === undefined || major < 5)('kubectl kustomize, where it is current', () => {
  test.each(OVERLAYS)('renders %s as our own check does', (folder) => {
    const rendered = spawnSync('kubectl', ['kustomize', folder], { cwd: ROOT, encoding: 'utf8' });
    expect(rendered.stderr).toBe('');
    expect(sorted(render(folder))).toEqual(sorted(parseYaml(rendered.stdout)));
  });
});

test('a kustomization with what is not checked here is refused', () => {
  expect(() => render('deploy/kubernetes/examples')).toThrow('kustomization.yaml');
  expect(OVERLAYS.map((folder) => render(folder).length)).toEqual([16, 21, 21, 22, 15, 22]);
});
