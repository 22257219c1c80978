import * as z from 'zod';
import { FORMATS } from '../market/file-format.ts';
import { ASSET_CLASSES } from '../market/instrument.ts';
import { PERIODS } from '../market/period.ts';

/** Version of the manifest's form. A newer one is refused, never guessed at. */
export const MANIFEST_SCHEMA = 1;

function buildForms() {
  const storedFile = z.object({
    /** Below the data folder. */
    path: z.string(),
    format: z.enum(FORMATS),
    bytes: z.number(),
    /** As checksum.ts has it. */
    sha256: z.string(),
    blocks: z.array(z.string()).optional(),
    /** Time of its last change, milliseconds since the epoch. */
    mtime_ms: z.number(),
  });

  /** Where adopted bars came from, and when. */
  const importedFile = z.object({
    /** The adopted folder's name and the file's path below it. */
    file: z.string(),
    tool: z.enum(['bc-utils', 'python', 'pysystemtrade']),
    /** Of the file as it was adopted. */
    sha256: z.string(),
    /** Bars that came from it. */
    bars: z.number(),
    at: z.string(),
  });

  /** A range that another provider than that of the series told of; `from` and `to` as formatRange writes them. */
  const mixedRange = z.object({
    provider: z.string(),
    from: z.string(),
    to: z.string(),
    /** The provider of the series was asked since, and does not have these bars. */
    kept: z.boolean().optional(),
  });

  /** Where the raw answers are that the bars were made of. */
  const rawHistory = z.object({
    /** The run that began it; names its items. */
    history: z.string(),
    /** How many items it has. */
    items: z.int(),
    /** Hash over the hashes of all items in their order: one that is missing, cut short or not ours is noticed. */
    hash: z.string(),
    /** There are bars that none of these items has. */
    partial: z.boolean().optional(),
  });

  /** Who the source says the series is; its names are those of SeriesIdentity. */
  const identity = z.object({
    currency: z.string().optional(),
    exchange: z.string().optional(),
    instrument_type: z.string().optional(),
    name: z.string().optional(),
    con_id: z.string().optional(),
    first_trade_date: z.string().optional(),
    hours: z.enum(['regular', 'extended']).optional(),
  });

  /** The series gets no bars any more: by the user's word, because its contract has ended, or because it seems to have. */
  const ended = z.object({
    kind: z.enum(['user', 'contract', 'presumed']),
    /** Last trade date. */
    on: z.string().optional(),
    /** When that was decided. */
    at: z.string(),
  });

  /** A date or session on which a bar was due, and of which the source has answered without one. */
  const suspect = z.object({
    /** Trade date, or first instant of the session. */
    stamp: z.string(),
    /** Days (of UTC) on which the source answered without it, oldest first, three at most and the newest. */
    answered: z.array(z.string()),
    /** It was too long ago to be asked for night by night when it was first seen. */
    old: z.boolean().optional(),
  });

  /** A range without a bar in which bars are due: it is no proof, and asked again on later nights. */
  const refusedRange = z.object({
    from: z.string(),
    to: z.string(),
    /** Days (of UTC) of equal answers, oldest first. */
    answered: z.array(z.string()),
    /** Enough equal answers have come: there are no bars. */
    confirmed: z.boolean().optional(),
  });

  /** How regularly the series has bars; its names are those of Rhythm. */
  const rhythm = z.object({
    due: z.int(),
    met: z.int(),
    longest_pause_days: z.int(),
    /** By how many due dates its newest bar came late, at the last updates, oldest first. */
    delays: z.array(z.int()).optional(),
  });

  const version = z.object({
    identity: identity.optional(),
    close_kind: z.enum(['settlement', 'last', 'auction', 'mid', 'bid']).optional(),
    ended: ended.optional(),
    /** Keys that it had before, oldest first; its raw answers stand under them. */
    formerly: z.array(z.string()).optional(),
    suspect: z.array(suspect).optional(),
    refused: z.array(refusedRange).optional(),
    rhythm: rhythm.optional(),
    /** Time of the newest good answer, by the source's clock where it has one. */
    answered_at: z.string().optional(),
    provider: z.string().optional(),
    /** The symbol on the wire. */
    source_symbol: z.string().optional(),
    timezone: z.string().optional(),
    currency: z.string().optional(),
    /** The contract's last trade date, by the word of a source. */
    expires: z.string().optional(),
    /** The zone whose midnight ends a day, or `exchange`. */
    day_boundary: z.string().optional(),
    /** Minutes of the period at which intraday bars begin. */
    grid: z.array(z.number()).optional(),
    /** Ranges that are data or proven empty, as formatRange writes them. */
    coverage: z.array(z.tuple([z.string(), z.string()])),
    /** The coverage holds the whole life of a contract, though only where its bars end says so; no source has. */
    inferred: z.literal(true).optional(),
    /** What of the coverage is not the provider's. */
    mixed: z.array(mixedRange).optional(),
    absent: z.object({ provider: z.string(), checked_at: z.string() }).optional(),
    rows: z.number(),
    first: z.string().optional(),
    last: z.string().optional(),
    tail: z.array(z.string()),
    columns: z.array(z.string()),
    /** Bars that the provider changed after they were stored. */
    revisions: z.number(),
    /** Length of the log of revisions, bytes; what stands behind it was never committed. */
    revision_bytes: z.number().optional(),
    /** The source has put the series on another basis, and the whole of it is still to be fetched again. */
    rebase_pending: z.boolean().optional(),
    /** Files of other programs that bars were adopted from, without a request. */
    imported_from: z.array(importedFile).optional(),
    raw: rawHistory.optional(),
    files: z.array(storedFile),
    updated_at: z.string(),
    run: z.string(),
  });

  const manifest = version.extend({
    schema: z.literal(MANIFEST_SCHEMA),
    series: z.string(),
    instrument: z.string(),
    class: z.enum(ASSET_CLASSES),
    symbol: z.string(),
    period: z.enum(PERIODS),
    /** Counts the commits of the series; of two manifests the one with the higher count is the newer. */
    commit: z.int(),
    /** What was in force before; it still is where the files were not put in place. */
    before: version.optional(),
  });

  /** What a version says that follows neither from its bars nor from where its raw answers are. */
  const committedFacts = version.omit({
    rows: true,
    first: true,
    last: true,
    tail: true,
    columns: true,
    files: true,
    updated_at: true,
    run: true,
    revision_bytes: true,
    raw: true,
  });
  return { storedFile, importedFile, rawHistory, version, manifest, committedFacts };
}

type Forms = ReturnType<typeof buildForms>;

let built: Forms | undefined;

/** The forms of manifests; built when the first is read, since that takes longer than a small command runs. */
export function manifestForms(): Forms {
  built ??= buildForms();
  return built;
}

export type StoredFile = z.infer<Forms['storedFile']>;
export type ImportedFile = z.infer<Forms['importedFile']>;
export type RawHistory = z.infer<Forms['rawHistory']>;
export type CommittedFacts = z.infer<Forms['committedFacts']>;
/** What one commit says about a series. */
export type ManifestVersion = z.infer<Forms['version']>;
/** What the folder knows of one series; written before the files it speaks of are put in place. */
export type Manifest = z.infer<Forms['manifest']>;
