import * as z from 'zod';
import { pathSetting } from './path-setting.ts';

const BACKUP_ENGINES = ['tar', 'restic'] as const;

const count = (most: number): z.ZodInt => z.int().min(0).max(most);

const s3 = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of an S3-compatible store; absent: that of AWS'),
  region: z.string().min(1).default('us-east-1').describe('Region of the bucket'),
  path_style: z
    .boolean()
    .default(false)
    .describe('true: the bucket is in the path of the address, not in its host name (MinIO and others)'),
  access_key_id: z.string().min(1).optional().meta({
    secret: true,
    description: 'Access key; absent: what the AWS tools would take (AWS_ACCESS_KEY_ID, the role of the machine)',
  }),
  secret_access_key: z.string().min(1).optional().meta({ secret: true, description: 'Secret of that access key' }),
});

const restic = z.strictObject({
  repository: z
    .string()
    .min(1)
    .optional()
    .describe('Where restic keeps its repository: a folder, s3:…, sftp:…, rclone:…; absent: RESTIC_REPOSITORY'),
  password: z.string().min(1).optional().meta({
    secret: true,
    description: 'Password of the repository; absent: RESTIC_PASSWORD, RESTIC_PASSWORD_FILE or RESTIC_PASSWORD_COMMAND',
  }),
});

/** Settings of backups. */
export const backupSettings = z.strictObject({
  target: pathSetting
    .optional()
    .describe('Where backups go: a folder or s3://bucket/prefix; absent: backups in the data folder (the same disk)'),
  engine: z
    .enum(BACKUP_ENGINES)
    .default('tar')
    .describe('tar: one archive a backup; restic: incremental and encrypted, for large folders'),
  raw: z.boolean().default(true).describe('false: the raw answers are left out; what is restored cannot be rebuilt'),
  s3: s3.prefault({}).describe('The S3-compatible store of an s3:// target'),
  restic: restic.prefault({}).describe('The repository of the restic engine'),
  keep_days: count(36_600).default(30).describe('prune keeps all backups of so many days, 0 to 36600'),
  keep_last: count(100_000).default(7).describe('prune keeps the last so many, 0 to 100000'),
  keep_weekly: count(10_000).default(0).describe('prune keeps the last one of each of so many weeks, 0 to 10000'),
  keep_monthly: count(10_000).default(0).describe('prune keeps the last one of each of so many months, 0 to 10000'),
});
