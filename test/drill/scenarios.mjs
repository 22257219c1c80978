// The four disasters of docs/recovery.md, each from the moment of its discovery to a store that is whole and up to date.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers';
import S3rver from 's3rver';
import { DISASTER, daysBehind, EVENING, Site, timed } from './kit.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function wholeAgain(site) {
  site.download(DISASTER);
  site.vortex(['verify', '--now', DISASTER]);
}

/** A store with a backup of the evening before, brought to the evening of the disaster. */
function twoEvenings({ folder, market, series }, name, backup, secrets) {
  const site = new Site(join(folder, name), market, series, backup);
  site.secrets = secrets;
  site.download(EVENING);
  site.vortex(['backup', 'create', '--now', EVENING]);
  site.download(DISASTER);
  return site;
}

/** The run is killed in the middle; the next one does the rest. */
export async function crash({ folder, market, series }) {
  const site = new Site(join(folder, 'crash'), market, series, { target: '../crash-backups' });
  site.download(EVENING);
  const run = site.start(['download', '-p', 'yahoo', '--now', DISASTER]);
  const ended = new Promise((settle) => run.once('close', settle));
  // Somewhere in the middle: as soon as the first group is committed.
  const journal = join(site.data, '.vortex/journal');
  const size = () => statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
  const before = size();
  while (run.exitCode === null && size() <= before) {
    await new Promise((settle) => setTimeout(settle, 2));
  }
  run.kill('SIGKILL');
  await ended;
  const behind = Math.max(0, daysBehind(site.data, DISASTER) - 1);
  const ms = await timed(() => site.download(DISASTER));
  site.vortex(['verify', '--now', DISASTER]);
  return { name: 'application crash', ms, target: 5 * MINUTE, behind, allowed: 0, site };
}

/** Files are overwritten, turned and lost under the program's feet; the series come back from the backup. */
export async function corruption(world) {
  const site = twoEvenings(world, 'corruption', { target: '../corruption-backups' });
  const folder = join(site.data, 'stocks/1d');
  const files = readdirSync(folder).sort();
  for (const [index, name] of files.entries()) {
    if (index % 3 === 0) rmSync(join(folder, name));
    if (index % 3 === 1) writeFileSync(join(folder, name), 'x'.repeat(1000));
  }
  rmSync(join(site.data, '.vortex/series/stocks/1d'), { recursive: true });
  let behind = 0;
  const ms = await timed(() => {
    site.vortex(['backup', 'restore', '--to', 'data', '--overwrite']);
    behind = daysBehind(site.data, DISASTER);
    wholeAgain(site);
  });
  return { name: 'data corruption', ms, target: HOUR, behind, allowed: 1, site };
}

/** The volume is gone; the backups were elsewhere. */
export async function lostVolume(world) {
  const site = twoEvenings(world, 'volume', { target: '../volume-backups' });
  rmSync(site.data, { recursive: true });
  let behind = 0;
  const ms = await timed(() => {
    site.vortex(['backup', 'verify']);
    site.vortex(['backup', 'restore', '--to', 'data']);
    behind = daysBehind(site.data, DISASTER);
    wholeAgain(site);
  });
  return { name: 'lost volume', ms, target: 4 * HOUR, behind, allowed: 1, site };
}

async function openRegion(folder) {
  mkdirSync(folder, { recursive: true });
  const options = { address: '127.0.0.1', port: 0, silent: true, directory: folder };
  const server = new S3rver({ ...options, configureBuckets: [{ name: 'backups' }] });
  const { port } = await server.run();
  return { server, endpoint: `http://127.0.0.1:${port}` };
}

const remote = (name, endpoint) => ({
  [`RCLONE_CONFIG_${name}_TYPE`]: 's3',
  [`RCLONE_CONFIG_${name}_PROVIDER`]: 'Other',
  [`RCLONE_CONFIG_${name}_ENDPOINT`]: endpoint,
  [`RCLONE_CONFIG_${name}_ACCESS_KEY_ID`]: 'S3RVER',
  [`RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`]: 'S3RVER',
});

/** Runs a program without blocking this process, which serves the buckets. */
function inBackground(work) {
  return new Promise((settle, fail) => {
    const done = work();
    let text = '';
    for (const stream of [done.stdout, done.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
    done.once('error', fail);
    done.once('close', (code) => (code === 0 ? settle(text) : fail(new Error(`exit ${code}: ${text.slice(-2000)}`))));
  });
}

/** The region is gone with its bucket; the second region has a copy of the bucket, and settings. */
export async function lostRegion({ folder, market, series, spawn }) {
  const first = await openRegion(join(folder, 'region-1'));
  const second = await openRegion(join(folder, 'region-2'));
  const settings = ({ endpoint }) => ({ target: 's3://backups/vortex', s3: { endpoint, path_style: true } });
  const secrets = { VORTEX_BACKUP_S3_ACCESS_KEY_ID: 'S3RVER', VORTEX_BACKUP_S3_SECRET_ACCESS_KEY: 'S3RVER' };
  const at = (name, region) => {
    const site = new Site(join(folder, name), market, series, settings(region));
    site.secrets = secrets;
    return { site, run: (...args) => inBackground(() => spawn(...site.command(args))) };
  };
  try {
    const active = at('active', first);
    await active.run('download', '-p', 'yahoo', '--now', EVENING);
    await active.run('backup', 'create', '--now', EVENING);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, ...remote('FIRST', first.endpoint), ...remote('SECOND', second.endpoint) };
    const copy = ['copy', 'first:backups', 'second:backups', '--config', '/dev/null'];
    await inBackground(() => spawn('rclone', copy, { env }));
    await first.server.close();
    rmSync(join(folder, 'region-1'), { recursive: true });
    rmSync(active.site.folder, { recursive: true });
    const passive = at('passive', second);
    let behind = 0;
    const ms = await timed(async () => {
      await passive.run('backup', 'verify');
      await passive.run('backup', 'restore', '--to', 'data');
      behind = daysBehind(passive.site.data, DISASTER);
      await passive.run('download', '-p', 'yahoo', '--now', DISASTER);
      await passive.run('verify', '--now', DISASTER);
    });
    return { name: 'lost region', ms, target: 8 * HOUR, behind, allowed: 1, site: passive.site };
  } finally {
    await first.server.close().catch(() => undefined);
    await second.server.close();
  }
}

export const hasRclone = () => spawnSync('rclone', ['version']).status === 0;
