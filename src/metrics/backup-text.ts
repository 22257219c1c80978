/** How the backups of a data folder stand. Times in milliseconds since the epoch, UTC; undefined: it never happened. */
export interface BackupFacts {
  /** End of the last backup that was made whole. */
  readonly lastSuccess?: number | undefined;
  /** End of the last verification that found the newest backup good. */
  readonly lastVerified?: number | undefined;
  /** Exit code of the last backup that was made or tried. */
  readonly exitCode?: number | undefined;
}

/**
 * Those facts in the text format of Prometheus; what never happened is left out. They are a text of their own because a
 * backup is a program run of its own: its push and its file must not replace what the last download said. Pure.
 */
export function backupText({ lastSuccess, lastVerified, exitCode }: BackupFacts): string {
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
  const gauges: readonly (readonly [name: string, help: string, value: number | undefined])[] = [
    [
      'vortex_backup_last_success_timestamp_seconds',
      'End of the last whole backup, seconds since the epoch',
      seconds(lastSuccess),
    ],
    [
      'vortex_backup_last_verified_timestamp_seconds',
      'End of the last verification that found the newest backup good, seconds since the epoch',
      seconds(lastVerified),
    ],
    ['vortex_backup_last_exit_code', 'Exit code of the last backup', exitCode],
  ];
  return gauges
    .flatMap(([name, help, value]) =>
      value === undefined ? [] : [`# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`],
    )
    .join('');
}
