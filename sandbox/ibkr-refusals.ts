import type { DrawnFaults } from './faults.ts';
import type { Refusal } from './ibkr-request.ts';
import type { ListedContract } from './ibkr-universe.ts';

const SERVICE = 'Historical Market Data Service error message:';

/** What the server says when a client asks too often. */
export const PACING: Refusal = { code: 162, text: `${SERVICE}Historical data request pacing violation` };

const WORDS: Readonly<Record<string, Refusal>> = {
  pacing: PACING,
  'not-subscribed': {
    code: 10_168,
    text: 'Requested market data is not subscribed. Delayed market data is not enabled.',
  },
  competing: { code: 10_197, text: 'No market data during competing live session' },
  elsewhere: { code: 162, text: `${SERVICE}Trading TWS session is connected from a different IP address` },
  'farm-idle': { code: 162, text: `${SERVICE}HMDS query returned no data` },
  'farm-broken': { code: 162, text: `${SERVICE}HMDS query returned no data` },
};

/** What a farm says of itself before it gives nothing. */
export const FARM_NOTICES: Readonly<Record<string, Refusal>> = {
  'farm-idle': {
    code: 2107,
    text: 'HMDS data farm connection is inactive but should be available upon demand.ushmds',
  },
  'farm-broken': { code: 2105, text: 'HMDS data farm connection is broken:ushmds' },
};

export const FARM_IS_UP: Refusal = { code: 2106, text: 'HMDS data farm connection is OK:ushmds' };

/** What a fault says in place of bars; undefined when it says nothing. @param contract that is asked for, if it is known */
export function refusalFor(
  { delivery, argument }: DrawnFaults,
  contract: () => ListedContract | undefined,
): Refusal | undefined {
  if (delivery !== 'no-permission') return WORDS[delivery ?? ''];
  const found = contract();
  if (found === undefined || (argument !== undefined && argument !== found.exchange)) return undefined;
  return { code: 162, text: `${SERVICE}No market data permissions for ${found.exchange} ${found.secType}` };
}
