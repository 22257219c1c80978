import { splitProviders } from '../config/settings.ts';
import { EXIT, exitCodeOf, worstExitCode } from '../download/exit-code.ts';
import type { Http } from '../http/axios-client.ts';
import { systemClock } from '../http/clock.ts';
import { asVortexError, usageError, VortexError } from '../market/errors.ts';
import { nearest } from '../market/nearest.ts';
import type { Provider } from '../providers/provider.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { logOfRun } from './log.ts';
import { connect } from './network.ts';
import { writeJson } from './output.ts';
import { paceOf } from './plan.ts';
import { textTable } from './table.ts';

/** Longer than the slowest sign-in that ends well, with all tries and the pace; shorter than a person's patience. */
const LONGEST_MS = 60_000;

/** How one check ended; `code` is the exit code that it leads to. */
interface Checked {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly code: number;
}

/** @throws VortexError `usage` that names a near one */
function providersNamed(ids: readonly string[]): Provider[] {
  return [...new Set(ids)].map((id) => {
    const provider = PROVIDERS.find((entry) => entry.id === id);
    if (provider !== undefined) return provider;
    const known = PROVIDERS.map((entry) => entry.id);
    const [near] = nearest(id, known, 1);
    const hint = near === undefined ? '' : ` (perhaps ${near})`;
    throw usageError(`no such provider: ${id}${hint}; there are ${known.join(', ')}`);
  });
}

/** Asks for access, and answers in bounded time whatever the other side does. @throws VortexError */
async function ask(provider: Provider, context: CommandContext, http: Http, stop: AbortSignal): Promise<string> {
  const { id } = provider;
  const session = provider.create(context.settings.providers[id] ?? {}, {
    http: http.forProvider(id, { paceMs: paceOf(context, provider) }),
    clock: systemClock,
    count: () => http.count(id),
    now: () => context.now,
  });
  const late = AbortSignal.timeout(LONGEST_MS);
  try {
    if (session.checkAccess === undefined) {
      throw new VortexError(`${id} cannot be checked without a download`, {
        code: 'not-servable',
        disposition: 'skip-series',
      });
    }
    return await session.checkAccess(AbortSignal.any([stop, late]));
  } catch (cause) {
    if (!late.aborted || stop.aborted) throw cause;
    throw new VortexError(`${id} gave no answer within ${LONGEST_MS / 1000} s`, {
      code: 'timeout',
      disposition: 'stop-provider',
      cause,
    });
  } finally {
    await session.close?.();
  }
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
        const detail = secrets.text(await ask(provider, context, http, signal));
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
  if (signal.aborted) return signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return worstExitCode(checked.map(({ code }) => code));
}
