// TEMPORARY. Commands, flags and settings that the manifests use and that the program gets from work that is merged beside this.
// When all of it is there, this file goes, and the two uses of it in words.ts: what is here is taken on trust.

/** Commands as the arguments of a container begin. */
export const AGREED_COMMANDS: readonly string[] = ['serve', 'backup create', 'backup restore'];

/** Flags by command. */
export const AGREED_FLAGS: readonly string[] = [
  'download --shard',
  'serve --schedule',
  'serve --timezone',
  'serve --host',
  'serve --port',
];

/** Settings by their names in the environment. */
export const AGREED_SETTINGS: readonly string[] = [
  'VORTEX_SERVE_HOST',
  'VORTEX_SERVE_PORT',
  'VORTEX_SERVE_TOKEN',
  'VORTEX_SERVE_TOKEN_FILE',
  'VORTEX_SHARD_COUNT',
  'VORTEX_METRICS_PUSHGATEWAY',
  'VORTEX_METRICS_HEARTBEAT_URL',
  'VORTEX_BACKUP_TARGET',
  'VORTEX_BACKUP_S3_REGION',
  'VORTEX_BACKUP_S3_ACCESS_KEY_ID_FILE',
  'VORTEX_BACKUP_S3_SECRET_ACCESS_KEY_FILE',
];
