import { formatSeconds } from './table.ts';

const BAR_WIDTH = 20;

/** Where a run stands. */
export interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Since the run began. */
  readonly elapsedMs: number;
  /** The series that was finished last. */
  readonly current: string;
}

/** One line for a terminal: bar, counts, rate, time left, the current series. Pure. */
export function progressLine(state: ProgressState, columns: number): string {
  const { done, total, failed, elapsedMs, current } = state;
  const share = total === 0 ? 1 : done / total;
  const filled = Math.round(share * BAR_WIDTH);
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const left = rate > 0 ? `ETA ${formatSeconds((total - done) / rate)}` : '';
  const failures = failed > 0 ? ` ${failed} failed` : '';
  const head = `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${done}/${total}${failures} ${rate.toFixed(1)}/s ${left}`;
  return `${head}  ${current}`.slice(0, Math.max(20, columns - 1));
}
