import { promisify } from 'node:util';
import { gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';
import * as z from 'zod';
import { ASSET_CLASSES } from '../market/instrument.ts';
import { PERIODS } from '../market/period.ts';
import { FORMATS } from '../market/file-format.ts';
import { sha256 } from '../disk/files.ts';
import { manifestForms } from '../store/manifest-form.ts';

const instrument = z.object({
  class: z.enum(ASSET_CLASSES),
  id: z.string(),
  code: z.string(),
  cycle: z.string().exactOptional(),
  exchange: z.string().exactOptional(),
  timezone: z.string().exactOptional(),
  currency: z.string().exactOptional(),
  multiplier: z.number().exactOptional(),
  contractDays: z.number().exactOptional(),
  symbols: z.record(z.string(), z.string()).exactOptional(),
  yahooRoot: z.string().exactOptional(),
  yahooSuffix: z.string().exactOptional(),
});

const contract = z.object({
  year: z.number(),
  month: z.number(),
  letter: z.string(),
  symbol: z.string(),
  life: z.object({ from: z.number(), to: z.number() }),
});

const exchangeForm = z.object({
  /** GET or POST; a source that is not asked over HTTP has a word of its own. */
  method: z.string(),
  /** Secrets removed, as in everything here. */
  url: z.string(),
  /** Form fields of a POST, as on the wire. */
  form: z.string().exactOptional(),
  /** Milliseconds since the epoch, UTC; real time. */
  requestedAt: z.number(),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
});

const itemForm = z.object({
  schema: z.literal(1),
  provider: z.string(),
  series: z.string(),
  /** The run that began the history that this item belongs to, and its place in it, from 1. */
  history: z.string(),
  index: z.int(),
  /** Hash of the history before this item; empty for its first. */
  prev: z.string(),
  /** Of a history that does not hold all that was stored when it began. */
  partial: z.boolean().exactOptional(),
  run: z.string(),
  /** The time that the run stood for, milliseconds since the epoch, UTC; the seen-stamp. */
  now: z.number(),
  instrument,
  contract: contract.exactOptional(),
  period: z.enum(PERIODS),
  reason: z.enum(['new', 'update', 'gap', 'force', 'rebase']),
  /** Only a cycle suggested the contract. */
  suggested: z.boolean(),
  /** The stamps asked for: from, and, exclusive, to. */
  range: z.object({ from: z.number(), to: z.number() }),
  extendedHours: z.boolean(),
  settleMs: z.number(),
  exchanges: z.array(exchangeForm.extend({ bytes: z.int() })),
  /** In the last item of a commit: what it stored beside the bars. */
  commit: z.object({ formats: z.array(z.enum(FORMATS)), facts: manifestForms().committedFacts }).exactOptional(),
});

/** One question and its answer, whole. */
export interface RawExchange extends z.infer<typeof exchangeForm> {
  readonly body: Buffer;
}

type ItemForm = z.infer<typeof itemForm>;

/** The answer to one request for bars, with everything that makes bars of it again. */
export interface RawItem extends Omit<ItemForm, 'exchanges' | 'schema'> {
  readonly exchanges: readonly RawExchange[];
}

// The fastest level: prices shrink to a fifth with it, and hardly further with the others.
const PACKING = { level: 1 };

// Packing less than this takes less time than handing it to another thread.
const SMALL = 1 << 18;

const pack: (content: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(gzip);

/** Packs an item: one line of JSON, then the bodies one after the other. */
export async function encodeItem({ exchanges, ...item }: RawItem): Promise<Buffer> {
  const head = {
    schema: 1,
    ...item,
    exchanges: exchanges.map(({ body, ...rest }) => ({ ...rest, bytes: body.length })),
  } satisfies ItemForm;
  const parts = [Buffer.from(`${JSON.stringify(head)}\n`), ...exchanges.map(({ body }) => body)];
  const plain = Buffer.concat(parts);
  return plain.length < SMALL ? gzipSync(plain, PACKING) : await pack(plain, PACKING);
}

/** Reads what encodeItem made; undefined when it is torn, altered or of another form. */
export function decodeItem(content: Buffer): RawItem | undefined {
  try {
    const plain = gunzipSync(content);
    const end = plain.indexOf('\n');
    const { schema, exchanges, ...item } = itemForm.parse(JSON.parse(plain.toString('utf8', 0, end)));
    let at = end + 1;
    const whole = exchanges.map(({ bytes, ...rest }): RawExchange => {
      at += bytes;
      return { ...rest, body: plain.subarray(at - bytes, at) };
    });
    return at === plain.length ? { ...item, exchanges: whole } : undefined;
  } catch {
    return undefined;
  }
}

/** Hash of a history with one more item, packed as it stands on the disk. */
export function chainHash(before: string, content: Buffer): string {
  return sha256(Buffer.from(before + sha256(content)));
}
