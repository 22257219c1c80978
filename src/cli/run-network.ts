import type { Logger } from 'pino';
import { AnswerBook } from '../download/answer-book.ts';
import type { HttpClient } from '../http/http-client.ts';
import { RawArchive } from '../raw/archive.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { ShardLock } from '../store/shard-lock.ts';
import type { CommandContext } from './context.ts';

/** The network, opened when the first job needs it. */
export async function openNetwork(context: CommandContext, log: Logger, durations: Map<string, number[]>) {
  const [{ connect }, { systemClock }, { recordingClient }] = await Promise.all([
    import('./network.ts'),
    import('../http/clock.ts'),
    import('../http/recorder.ts'),
  ]);
  const { client, secrets } = connect(context, log, (provider, ms) => {
    const all = durations.get(provider);
    if (all === undefined) durations.set(provider, [ms]);
    else all.push(ms);
  });
  const record = (http: HttpClient, answers: AnswerBook): HttpClient =>
    recordingClient(http, secrets, (job, exchange) => {
      answers.add(job, exchange);
    });
  return { client, record, clock: systemClock };
}

/** The archive of a run, and what is asked and answered on its behalf. */
export function openArchive(
  { settings, now }: CommandContext,
  { run, store, shard }: { readonly run: string; readonly store: SeriesStore; readonly shard?: ShardLock },
) {
  if (!settings.raw_archive) return undefined;
  const { raw_days: days, raw_bytes: bytes } = settings.retention;
  const manifestOf = (series: string) => store.manifestOf(series);
  const raw = new RawArchive(settings.output_dir, run, now, { days, bytes }, manifestOf, shard);
  const book = new AnswerBook();
  return { raw, book, takeExchanges: (job: string) => book.take(job) };
}
