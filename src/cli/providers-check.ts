import { splitProviders } from '../config/settings.ts';
import { EXIT, exitCodeOf, stoppedCode, worstExitCode } from '../download/exit-code.ts';
import { asVortexError } from '../market/errors.ts';
import { loadContext } from './context.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { logOfRun } from './log.ts';
import { connect } from './network.ts';
import { writeJson } from './output.ts';
import { askAccess, providersNamed } from './provider-access.ts';
import { textTable } from './table.ts';

/** How one check ended; `code` is the exit code that it leads to. */
interface Checked {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly code: number;
}

/** `vortex providers check [ID…]`: signs in, or makes one cheap request. Spends no allowance. */
export async function checkProviders(
  ids: readonly string[],
  flags: CommonFlags,
  { output, signal }: Surroundings,
): Promise<number> {
  const context = await loadContext(flags, [], output);
  const { settings } = context;
  const providers = providersNamed(ids.length > 0 ? ids : splitProviders(settings.default_provider));
  const log = await logOfRun(context, 'check');
  const { client: http, secrets } = connect(context, log);
  const checked = await Promise.all(
    providers.map(async (provider): Promise<Checked> => {
      const { id: name } = provider;
      try {
        const detail = secrets.text(await askAccess(provider, context, http, signal));
        return { name, ok: true, detail, code: EXIT.ok };
      } catch (cause) {
        const error = asVortexError(cause);
        return { name, ok: false, detail: secrets.text(error.message), code: exitCodeOf(error.code) };
      }
    }),
  );
  await http.close();
  for (const { ok, detail } of checked) if (!ok) output.err(`vortex: ${detail}\n`);
  const checks = checked.map(({ name, ok, detail }) => ({ name, ok, detail }));
  if (flags.json) writeJson(output, { schema: 1, checks });
  else {
    const rows = checks.map(({ name, ok, detail }) => [name, ok ? 'ok' : 'failed', ok ? detail : '']);
    output.out(textTable(['provider', 'access', 'detail'], rows));
  }
  if (signal.aborted) return stoppedCode(signal);
  return worstExitCode(checked.map(({ code }) => code));
}
