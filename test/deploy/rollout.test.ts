import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { ROOT, at, list, parseYaml, text } from './tree.ts';

const NAME = 'ghcr.io/vortex-history/vortex';
const digest = (letter: string): string => `${NAME}@sha256:${letter.repeat(64)}`;
const [FIRST, NEXT] = [digest('a'), digest('b')];

/**
 * A cluster that keeps what it is given: state, what was applied last, who is suspended. It refuses images whose text it is
 * told to refuse, and dies in the middle where it is told to.
 */
const CLUSTER = `#!/usr/bin/env bash
here=$(dirname "$0")
echo "$*" >> "$here/asked"
[ -z "\${DIES_AT:-}" ] || case "$*" in *"$DIES_AT"*) kill -9 $PPID; exit 137 ;; esac
file() { local next=''; for word in "$@"; do [ "$next" != --filename ] || cat "$word"; next=$word; done; }
case "$*" in
  kustomize*)
    cat "$2/kustomization.yaml" > "$here/kustomization"
    image=$(sed -n "s/^    digest: /${NAME.replaceAll('/', '\\/')}@/p" "$2/kustomization.yaml")
    printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: vortex-settings-abc\\n---\\nkind: CronJob\\nspec:\\n  image: %s\\n' "$image" ;;
  *"get configmap vortex-release"*) key=$(sed 's/.*index .data "\\([a-z]*\\)".*/\\1/' <<< "$*"); cat "$here/kept-$key" 2> /dev/null || true ;;
  *"create configmap vortex-release"*)
    rm -f "$here"/kept-*
    for word in "$@"; do case $word in --from-file=*) pair=\${word#--from-file=}; cp "\${pair#*=}" "$here/kept-\${pair%%=*}" ;; esac; done
    echo 'kind: ConfigMap' ;;
  *"--dry-run=server"*) ;;
  *" --prune "*) file "$@" > "$here/applied"; sed -n 's/^  image: //p' "$here/applied" >> "$here/images" ;;
  *"rollout status"*) ! grep -qE "$REFUSED" "$here/applied" ;;
  *"run vortex-config-check"*) ! grep -qE "$UNSETTLED" <<< "$*" ;;
  *"get cronjob vortex-download"*) printf '  name: vortex-settings-abc\\n  name: vortex-providers-def\\n  name: vortex-config-ghi\\n' ;;
  *"create --filename"*) file "$@" > "$here/job" ;;
  *"wait job/vortex-restore"*) [ -z "\${NO_BACKUP:-}" ] ;;
esac
`;

class Cluster {
  readonly folder = temporaryFolder();

  constructor() {
    // A copy, since other tests read the files of the checkout meanwhile.
    cpSync(join(ROOT, 'deploy/kubernetes'), join(this.folder, 'deploy'), { recursive: true });
    writeFileSync(join(this.folder, 'kubectl'), CLUSTER);
    chmodSync(join(this.folder, 'kubectl'), 0o755);
  }

  /** Calls rollout.sh; `asked` are the calls of kubectl that it made. */
  call(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    writeFileSync(join(this.folder, 'asked'), '');
    const ended = spawnSync(join(this.folder, 'deploy/rollout.sh'), args, {
      encoding: 'utf8',
      env: {
        PATH: `${this.folder}:${process.env['PATH'] ?? ''}`,
        REFUSED: 'nothing',
        UNSETTLED: 'nothing',
        ...env,
      },
    });
    return { code: ended.status, said: ended.stdout + ended.stderr, asked: this.read('asked') };
  }

  read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** The images that were applied, in order. */
  get images(): string[] {
    return this.read('images').split('\n').filter(Boolean);
  }
}

describe('a release', () => {
  test('from nothing: applied by its digest, waited for, and remembered whole', () => {
    const cluster = new Cluster();
    const { code, asked, said } = cluster.call(['production', FIRST]);
    expect([code, said]).toEqual([0, expect.stringContaining(`production runs ${FIRST}`)]);
    expect(cluster.images).toEqual([FIRST]);
    expect(asked).toContain('--namespace vortex rollout status deployment/vortex-serve --timeout=5m');
    expect(cluster.read('kept-current')).toContain(FIRST);
    expect(cluster.read('kept-doing')).toBe('');
    expect(cluster.read('kustomization')).toContain("app.kubernetes.io/version: 'aaaaaaaaaaaa'");
  });

  test('the new image reads the rendered settings before anything is applied; one that refuses them changes nothing', () => {
    const cluster = new Cluster();
    cluster.call(['production', FIRST]);
    const { code, asked, said } = cluster.call(['production', NEXT], { UNSETTLED: 'bbbb' });
    expect([code, said]).toEqual([1, expect.stringContaining('nothing was changed')]);
    expect(cluster.images).toEqual([FIRST]);
    expect(asked).toContain('"name":"vortex-settings-abc"');
    expect(asked).not.toContain('--prune');
    const good = cluster.call(['production', NEXT]).asked;
    expect(good.indexOf('run vortex-config-check')).toBeLessThan(good.indexOf('--prune'));
  });

  test('old ConfigMaps are pruned, and nothing else is', () => {
    const { asked } = new Cluster().call(['staging', FIRST]);
    expect(asked).toMatch(
      /apply .*--prune --selector app.kubernetes.io\/part-of=vortex .*--prune-allowlist core\/v1\/ConfigMap/,
    );
    expect(asked.match(/--prune-allowlist/g)).toHaveLength(1);
  });

  test('one that does not come up gives way to the manifests of before', () => {
    const cluster = new Cluster();
    cluster.call(['staging', FIRST]);
    const { code, said } = cluster.call(['staging', NEXT], { REFUSED: 'bbbb' });
    expect([code, said]).toEqual([1, expect.stringContaining(`${FIRST} is back`)]);
    expect(cluster.images).toEqual([FIRST, NEXT, FIRST]);
    expect(cluster.read('kept-doing')).toBe('');
    const none = new Cluster().call(['staging', FIRST], { REFUSED: '.' });
    expect([none.code, none.said]).toEqual([1, expect.stringContaining('nothing ran before')]);
  });

  test('back brings image, settings and manifests of the release before, without this checkout', () => {
    const cluster = new Cluster();
    cluster.call(['production', FIRST]);
    const before = cluster.read('kept-current');
    cluster.call(['production', NEXT]);
    expect(cluster.call(['production', 'back']).code).toBe(0);
    expect(cluster.read('applied')).toBe(before);
    expect(cluster.call(['production', 'back']).asked).not.toContain('kustomize');
    expect(cluster.images).toEqual([FIRST, NEXT, FIRST, NEXT]);
    const none = new Cluster().call(['production', 'back']);
    expect([none.code, none.said]).toEqual([1, expect.stringContaining('no release before')]);
  });

  test.each(['--prune', 'rollout status', 'exec deployment'])('killed at "%s": the next call finishes it', (where) => {
    const cluster = new Cluster();
    cluster.call(['production', FIRST]);
    expect(cluster.call(['production', NEXT], { DIES_AT: where }).code).not.toBe(0);
    expect(cluster.read('kept-doing')).toContain(NEXT);
    expect(cluster.read('kept-current')).toContain(FIRST);
    const { code, said } = cluster.call(['production', NEXT]);
    expect([code, said]).toEqual([0, expect.stringContaining('was cut')]);
    expect(cluster.read('kept-current')).toContain(NEXT);
    expect(cluster.read('kept-before')).toContain(FIRST);
  });
});

test('a backfill takes its image, its shards and the settings of production, and applies nothing else', () => {
  const cluster = new Cluster();
  const { code, asked } = cluster.call(['backfill', NEXT, '8']);
  expect(code).toBe(0);
  expect(asked).not.toMatch(/\bapply\b/);
  const [job = null] = parseYaml(cluster.read('job'));
  const container = at(job, 'spec.template.spec.containers.0') ?? null;
  expect([at(job, 'spec.completions'), at(job, 'spec.parallelism'), at(container, 'image')]).toEqual([8, 8, NEXT]);
  expect(list(at(container, 'env'))).toContainEqual({ name: 'VORTEX_SHARD_COUNT', value: '8' });
  const maps = list(at(container, 'envFrom')).map((entry) => text(at(entry, 'configMapRef.name')));
  expect(maps).toEqual(['vortex-settings-abc', 'vortex-providers-def']);
  expect(cluster.call(['backfill', NEXT, 'many']).code).toBe(2);
});

describe('the second region', () => {
  const suspended = (cluster: Cluster): string[] =>
    [...cluster.read('kustomization').matchAll(/value: (\w+) \}/g)].map(([, value = '']) => value);

  test('stands still until it takes over: the restore first, then schedules, service and a run', () => {
    const cluster = new Cluster();
    cluster.call(['second-region', FIRST]);
    expect(suspended(cluster)).toEqual(['true', '0']);
    const { code, asked } = cluster.call(['activate', 'second-region']);
    expect(code).toBe(0);
    const order = [
      'create job vortex-restore',
      'wait job/vortex-restore',
      '"suspend":false',
      '--replicas 1',
      'create job vortex-first-',
    ];
    expect(order.map((word) => asked.indexOf(word))).toEqual(
      [...order.map((word) => asked.indexOf(word))].sort((a, b) => a - b),
    );
    expect(order.every((word) => asked.includes(word))).toBe(true);
  });

  test('a release after a fail-over keeps it running, and keeps the other side still', () => {
    const [second, first] = [new Cluster(), new Cluster()];
    first.call(['production', FIRST]);
    second.call(['second-region', FIRST]);
    first.call(['deactivate', 'production']);
    second.call(['activate', 'second-region']);
    const { asked } = second.call(['second-region', NEXT]);
    expect(suspended(second)).toEqual(['false', '1']);
    expect(asked).not.toContain('"suspend":true');
    expect(first.call(['production', NEXT]).asked).not.toContain('"suspend":false');
    expect(suspended(first)).toEqual(['true', '0']);
    // Fail-back.
    expect([second.call(['deactivate', 'second-region']).code, first.call(['activate', 'production']).code]).toEqual([
      0, 0,
    ]);
    second.call(['second-region', NEXT]);
    first.call(['production', NEXT]);
    expect([suspended(second), suspended(first)]).toEqual([
      ['true', '0'],
      ['false', '1'],
    ]);
  });

  test('starts nothing when the restore fails, and restores nothing over what an active region holds', () => {
    const cluster = new Cluster();
    cluster.call(['second-region', FIRST]);
    const failed = cluster.call(['activate', 'second-region'], { NO_BACKUP: 'yes' });
    expect([failed.code, failed.asked.includes('"suspend":false')]).toEqual([1, false]);
    cluster.call(['activate', 'second-region']);
    const again = cluster.call(['activate', 'second-region']);
    expect([again.code, again.asked.includes('vortex-restore')]).toEqual([0, false]);
  });
});

test.each([
  ['an overlay that is not there', ['prod', NEXT]],
  ['an image of somebody else', ['production', 'ghcr.io/other/vortex:1.0.0']],
  ['an image without a version', ['production', NAME]],
  ['an image with a shell in it', ['production', `${NAME}:1.0.0; rm -rf /`]],
  ['no words at all', []],
])('refuses %s before it asks the cluster for anything', (_, args) => {
  const { code, asked } = new Cluster().call(args);
  expect([code, asked]).toEqual([2, '']);
});

test('leaves nothing behind', () => {
  const cluster = new Cluster();
  cluster.call(['dev', NEXT]);
  expect(readdirSync(join(cluster.folder, 'deploy'))).toEqual(readdirSync(join(ROOT, 'deploy/kubernetes')));
});
