import { splitProviders } from '../config/settings.ts';
import { knock } from '../http/knock.ts';
import { Messenger } from '../http/notice.ts';
import { Redactor } from '../http/redact.ts';
import { asVortexError } from '../market/errors.ts';
import { catalogue } from '../market/catalogue.ts';
import { HOUR_MS } from '../market/period.ts';
import { offsetAt } from '../market/time-zone.ts';
import { PROVIDERS } from '../providers/registry.ts';
import type { Provider } from '../providers/provider.ts';
import type { Probe } from '../serve/checks.ts';
import { probeFolder } from '../disk/folder-probe.ts';
import type { CommandContext } from './context.ts';
import { numberOption, textOption } from './provider-option.ts';
import { USER_AGENT } from './user-agent.ts';
import { formatBytes } from './table.ts';

/** Longest wait for a provider's door, milliseconds. */
const DOOR_MS = 5_000;
const SECOND_MS = 1_000;

/** Knocks at a provider's door: one connection or one HEAD, no login, nothing that counts. @throws VortexError */
async function reach(provider: Provider, context: CommandContext, messenger: Messenger): Promise<string> {
  const url = textOption(context, provider, 'base_url');
  if (url !== undefined) {
    const status = await messenger.deliver({ method: 'HEAD', url }, DOOR_MS);
    if (status >= 500) throw new Error(`it answers with status ${status}`);
    return `${provider.id} answers`;
  }
  const host = textOption(context, provider, 'host');
  const port = numberOption(context, provider, 'port');
  if (host !== undefined && port !== undefined) {
    await knock(host, port, DOOR_MS);
    return `${provider.id} accepts connections`;
  }
  return `${provider.id} is not looked at`;
}

/** One of the selected providers is enough: the others are told of. @throws what is wrong with all of them */
async function reachAny(context: CommandContext): Promise<string> {
  const ids = splitProviders(context.settings.default_provider);
  const secrets = new Redactor(context.secrets);
  const messenger = new Messenger(context.proxy, secrets, USER_AGENT);
  const found = await Promise.all(
    PROVIDERS.filter(({ id }) => ids.includes(id)).map(async (provider) => {
      try {
        return { ok: true, said: await reach(provider, context, messenger) };
      } catch (error) {
        return { ok: false, said: secrets.text(`${provider.id}: ${asVortexError(error).message}`) };
      }
    }),
  );
  await messenger.close();
  const said = found.map((one) => one.said).join('; ');
  if (found.some(({ ok }) => ok)) return said;
  throw new Error(said);
}

/** Versions, and whether the zone data is what dates of bars are made with. @throws what is missing */
function dependencies(): string {
  const { node, tz = '', icu = '' } = process.versions;
  const january = offsetAt(Date.UTC(2024, 0, 15), 'America/New_York');
  const july = offsetAt(Date.UTC(2024, 6, 15), 'America/New_York');
  if (january !== -5 * HOUR_MS || july !== -4 * HOUR_MS) {
    throw new Error('the time zone data of this Node does not know New York; use a Node with full ICU');
  }
  return `Node ${node}, time zones ${tz || 'unnamed'}, ICU ${icu || 'unnamed'}, ${catalogue().size} futures markets`;
}

/**
 * The four parts of `/health`.
 * @param context the settings that were good last
 * @param check reads the settings as they are now @throws what is wrong with them
 */
export function serviceProbes(context: () => CommandContext, check: () => Promise<string>): Probe[] {
  return [
    {
      name: 'filesystem',
      goodMs: SECOND_MS,
      badMs: SECOND_MS,
      look: async () => {
        const root = context().settings.output_dir;
        return `${root} can be written and read; ${formatBytes(await probeFolder(root))} free`;
      },
    },
    { name: 'providers', goodMs: 300 * SECOND_MS, badMs: 30 * SECOND_MS, look: () => reachAny(context()) },
    { name: 'configuration', goodMs: SECOND_MS, badMs: SECOND_MS, look: check },
    {
      name: 'dependencies',
      goodMs: 3600 * SECOND_MS,
      badMs: 60 * SECOND_MS,
      look: () => Promise.resolve().then(dependencies),
    },
  ];
}
