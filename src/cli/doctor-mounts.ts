import { passed, warned } from './doctor-check.ts';
import type { Check } from './doctor-check.ts';

/** Where a folder is mounted. */
export interface Mount {
  readonly point: string;
  /** The kernel's word: ext4, nfs4, cifs, overlay, fuse.gcsfuse … */
  readonly kind: string;
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The mount that holds a path, by the text of /proc/self/mountinfo; undefined when none does. Pure. @param path absolute */
export function mountOf(path: string, mountinfo: string): Mount | undefined {
  let found: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const point = unescape(before.split(' ')[4] ?? '');
    const kind = after.split(' ')[0] ?? '';
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    // A later mount lies above an earlier one at the same place.
    if (kind !== '' && point !== '' && holds && point.length >= (found?.point.length ?? 0)) found = { point, kind };
  }
  return found;
}

const NETWORK = 'each sync is a round trip over the network, so keep --concurrency at 8 or more';
const BUCKET =
  'a bucket cannot rename in one step, so a reader may see no file for a moment, and locks of other machines may not be seen; ' +
  'keep the data on a disk or NFS and use a bucket for backups (backup.target)';

const BUCKETS = /^fuse\.(gcsfuse|s3fs|goofys|mount-s3|blobfuse|rclone|geesefs)/;

/** What `download` says of a data folder that is a mounted bucket; undefined for any other. Pure. */
export function bucketWarning(mount: Mount | undefined): string | undefined {
  return mount !== undefined && BUCKETS.test(mount.kind)
    ? `the data folder is on ${mount.point}, a bucket mounted as a folder (${mount.kind}): ${BUCKET}`
    : undefined;
}

/** What each kind of file system costs, by the beginning of its name. */
const COSTS: readonly (readonly [RegExp, string])[] = [
  [/^nfs/, `a network file system: ${NETWORK}; a run that died on another machine holds the lock for 60 s`],
  [
    /^(cifs|smb)/,
    `a Windows share: ${NETWORK}; a folder cannot be synced, so after a power cut the newest files may be missing and are fetched again`,
  ],
  [/^overlay$/, "the container's own layer: the data is gone with the container; mount a volume there (-v DIR:/data)"],
  [/^(tmpfs|ramfs)$/, 'memory: the data is gone with the next restart; choose a folder on a disk'],
  [BUCKETS, `a bucket that looks like a folder: ${BUCKET}`],
  [
    /^(9p|virtiofs|drvfs|fuse\.(grpcfuse|osxfs|vmhgfs))/,
    "the host's folder seen from a virtual machine: small files are slow there",
  ],
  [
    /^(vfat|exfat|msdos)$/,
    'a file system without a journal: a power cut may damage it; prefer ext4, XFS, NTFS or APFS',
  ],
];

/** What the file system of the data folder costs. Pure. */
export function fileSystemCheck(mount: Mount | undefined): Check {
  const name = 'file system';
  if (mount === undefined) return passed(name, 'this system does not tell which kind it is');
  const cost = COSTS.find(([kind]) => kind.test(mount.kind))?.[1];
  const found = `${mount.kind} at ${mount.point}`;
  return cost === undefined ? passed(name, found) : warned(name, `${found}, ${cost}`);
}
