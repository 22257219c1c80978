import { expect, it } from 'vitest';
import { bucketWarning } from '../../src/cli/doctor-mounts.ts';

it.each(['fuse.gcsfuse', 'fuse.s3fs', 'fuse.mount-s3', 'fuse.blobfuse2', 'fuse.rclone'])(
  'a download into %s is warned that a bucket is no folder',
  (kind) => {
    const warning = bucketWarning({ point: '/mnt/b', kind });
    expect(warning).toContain('/mnt/b, a bucket mounted as a folder');
    expect(warning).toContain('backup.target');
  },
);

it.each(['ext4', 'nfs4', 'cifs', 'fuse.sshfs'])('a download into %s is not', (kind) => {
  expect(bucketWarning({ point: '/mnt/b', kind })).toBeUndefined();
});
