import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { ROOT } from './tree.ts';

const NAME = 'ghcr.io/vortex-history/vortex';
const NEW = `${NAME}@sha256:${'a'.repeat(64)}`;
const BEFORE = `${NAME}:0.1.0`;

/** A cluster that takes what it is given, but for images whose text it is told to refuse. */
const CLUSTER = `#!/usr/bin/env bash
folder=$(dirname "$0")
echo "$*" >> "$folder/asked"
case "$*" in
  *"get cronjob vortex-download"*) cat "$folder/running" ;;
  "apply --kustomize "*)
    cat "$3/kustomization.yaml" > "$folder/applied"
    cat "$3/kustomization.yaml" >> "$folder/all-applied" ;;
  *"rollout status"*) ! grep -qE "$REFUSED" "$folder/applied" ;;
esac
`;

interface Outcome {
  /** Where the script stood: a copy, since other tests read the files of the checkout meanwhile. */
  readonly folder: string;
  readonly code: number | null;
  readonly said: string;
  readonly asked: string;
  readonly applied: readonly string[];
}

function rollOut(args: readonly string[], running: string, refused = 'nothing'): Outcome {
  const folder = temporaryFolder();
  cpSync(join(ROOT, 'deploy/kubernetes'), join(folder, 'deploy'), { recursive: true });
  writeFileSync(join(folder, 'kubectl'), CLUSTER);
  chmodSync(join(folder, 'kubectl'), 0o755);
  writeFileSync(join(folder, 'running'), running);
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, REFUSED: refused };
  const ended = spawnSync(join(folder, 'deploy/rollout.sh'), args, { encoding: 'utf8', env });
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
  const applied = [...read('all-applied').matchAll(/(?:digest|newTag): (.*)/g)].map(([, value = '']) => value);
  return { folder, code: ended.status, said: ended.stdout + ended.stderr, asked: read('asked'), applied };
}

describe('rollout.sh', () => {
  test('applies the overlay with the image by its digest, waits, and asks the program', () => {
    const { code, asked, applied } = rollOut(['production', NEW], BEFORE);
    expect(code).toBe(0);
    expect(applied).toEqual([`sha256:${'a'.repeat(64)}`]);
    expect(asked).toContain('--namespace vortex rollout status deployment/vortex-serve --timeout=5m');
    expect(asked).toContain('exec deployment/vortex-serve -- node dist/main.js config check');
  });

  test('puts back what ran before when the new one does not come up', () => {
    const { code, said, applied } = rollOut(['staging', NEW], BEFORE, 'sha256:a');
    expect(code).toBe(1);
    expect(applied).toEqual([`sha256:${'a'.repeat(64)}`, "'0.1.0'"]);
    expect(said).toContain(`${BEFORE} is back`);
  });

  test('says so when the way back fails too, and when there was none', () => {
    const both = rollOut(['staging', NEW], BEFORE, '.');
    expect([both.code, both.said]).toEqual([1, expect.stringContaining('look at once')]);
    const first = rollOut(['staging', NEW], '', '.');
    expect([first.code, first.said]).toEqual([1, expect.stringContaining('nothing ran before')]);
    expect(first.applied).toHaveLength(1);
  });

  test.each([
    ['an overlay that is not there', ['prod', NEW]],
    ['an image of somebody else', ['production', 'ghcr.io/other/vortex:1.0.0']],
    ['an image without a version', ['production', NAME]],
    ['an image with a shell in it', ['production', `${NAME}:1.0.0; rm -rf /`]],
  ])('refuses %s before it asks the cluster for anything', (_, args) => {
    const { code, asked } = rollOut(args, BEFORE);
    expect([code, asked]).toEqual([2, '']);
  });

  test('leaves nothing behind', () => {
    const { folder } = rollOut(['dev', NEW], BEFORE);
    expect(readdirSync(join(folder, 'deploy'))).toEqual(readdirSync(join(ROOT, 'deploy/kubernetes')));
  });
});
