import { parse } from 'node:path';
import { exitCodeOf } from '../download/exit-code.ts';
import { asVortexError } from '../market/errors.ts';
import { backupText } from '../metrics/backup-text.ts';
import { noteBackup } from '../store/backup-note.ts';
import type { BackupNote } from '../store/backup-note.ts';
import type { CommandContext } from './context.ts';
import { hostOfGroup, PATIENCE_MS } from './publish.ts';
import { USER_AGENT } from './user-agent.ts';

/** The file beside that of the runs, `vortex.prom` and `vortex-backup.prom`: a backup must not replace what a run said. Pure. */
export function backupFile(file: string): string {
  const { dir, name, ext } = parse(file);
  return `${dir === '' ? '' : `${dir}/`}${name}-backup${ext}`;
}

async function push(text: string, url: string, context: CommandContext): Promise<void> {
  const { pushgateway_username: username, pushgateway_password: password } = context.settings.metrics;
  const [{ Messenger }, { Redactor }, { pushOf }] = await Promise.all([
    import('../http/notice.ts'),
    import('../http/redact.ts'),
    import('../metrics/pushgateway.ts'),
  ]);
  const messenger = new Messenger(context.proxy, new Redactor(context.secrets), USER_AGENT);
  try {
    const target = { url, username, password, component: 'backup', host: hostOfGroup() };
    const status = await messenger.deliver(pushOf(target, text, true), PATIENCE_MS);
    if (status >= 300) throw new Error(`it answered with status ${status}`);
  } finally {
    await messenger.close();
  }
}

/** Notes how a backup or a verification went, and publishes it as runs are. What goes wrong is said on stderr. Never throws. */
export async function tellBackup(context: CommandContext, news: BackupNote): Promise<void> {
  const { pushgateway, file } = context.settings.metrics;
  const say = (cause: unknown): void => {
    context.output.err(`vortex: could not publish how the backup went: ${asVortexError(cause).message}\n`);
  };
  let text: string;
  try {
    text = backupText(await noteBackup(context.settings.output_dir, news));
  } catch (cause) {
    say(cause);
    return;
  }
  try {
    if (file !== undefined) (await import('../metrics/textfile.ts')).writeTextfile(backupFile(file), text);
  } catch (cause) {
    say(cause);
  }
  try {
    if (pushgateway !== undefined) await push(text, pushgateway, context);
  } catch (cause) {
    say(cause);
  }
}

/** Makes a backup and tells how it ended. @throws what `make` throws */
export async function toldBackup<Made extends { readonly exitCode: number }>(
  context: CommandContext,
  make: () => Promise<Made>,
): Promise<Made> {
  try {
    const made = await make();
    const success = made.exitCode === 0 ? { lastSuccess: new Date().getTime() } : {};
    await tellBackup(context, { ...success, exitCode: made.exitCode });
    return made;
  } catch (cause) {
    const { code } = asVortexError(cause);
    // A backup that was stopped says nothing of the next one.
    if (code !== 'interrupted') await tellBackup(context, { exitCode: exitCodeOf(code) });
    throw cause;
  }
}
