import type { Logger } from 'pino';
import type { Progress } from '../download/run-tools.ts';
import type { CommandContext } from './context.ts';
import { EMPTY_LINE } from './output.ts';
import { progressLine } from './progress.ts';

/** Shows how far a run is: a bar on a terminal, else a log line a series. */
export function progressTo(
  context: CommandContext,
  log: Logger,
): { show: (progress: Progress) => void; clear: () => void } {
  const { output } = context;
  const started = performance.now();
  let failed = 0;
  let drawn = -Infinity;
  return {
    show: ({ done, total, result }) => {
      if (result.outcome === 'failed') failed += 1;
      if (!output.isTerminal) {
        const { series, outcome, added, revised, dropped, droppedReasons, leftOut, provider, error } = result;
        const kinds = { ...(droppedReasons && { droppedReasons }), ...(leftOut && { leftOut }) };
        const facts = { series, outcome, added, revised, dropped, ...kinds, provider };
        if (error === null) log.info(facts, `${series} ${outcome}`);
        else if (outcome === 'postponed')
          log.warn({ ...facts, code: error.code }, `${series} ${outcome}: ${error.message}`);
        else log.error({ ...facts, code: error.code }, `${series} ${outcome}: ${error.message}`);
        return;
      }
      const now = performance.now();
      if (now - drawn < 100 && done < total) return;
      drawn = now;
      const state = { done, total, failed, elapsedMs: now - started, current: result.series };
      output.err(`${EMPTY_LINE}${progressLine(state, output.columns)}`);
    },
    clear: () => {
      if (output.isTerminal) output.err(EMPTY_LINE);
    },
  };
}
