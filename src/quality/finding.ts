import type { SenseKind } from './sense-finding.ts';

export const SEVERITIES = ['error', 'warning', 'info'] as const;
/** `error`: the folder is not what it says. `warning`: something is likely missing. `info`: worth knowing, nothing is wrong. */
export type Severity = (typeof SEVERITIES)[number];

/** What can be found; scripts match on these. */
export type FindingKind =
  // files against the manifest
  | 'manifest-unreadable'
  | 'file-missing'
  | 'file-changed'
  | 'file-unreadable'
  | 'tail'
  | 'columns'
  | 'rows'
  | 'first'
  | 'last'
  | 'formats-differ'
  | 'unfinished-commit'
  | 'revisions-lost'
  | 'revisions-tail'
  // the text of a CSV
  | 'byte-order-mark'
  | 'carriage-return'
  | 'torn-line'
  | 'field-count'
  | 'stamp-form'
  | 'number-form'
  // the bars
  | 'out-of-order'
  | 'duplicate-stamp'
  | 'off-grid'
  | 'no-close'
  | 'non-finite'
  | 'high-below-low'
  | 'outside-high-low'
  | 'settlement-row'
  | 'outside-coverage'
  // the sense of the bars
  | SenseKind
  // completeness
  | 'missing-bars'
  | 'gap'
  | 'empty-day'
  | 'history-hole'
  // where the bars come from
  | 'mixed'
  // the folder
  | 'file-without-manifest'
  | 'foreign-file'
  | 'leftover'
  // after a repair
  | 'not-repaired'
  | 'fewer-bars';

/** Something that an audit found. */
export interface Finding {
  /** Key of the series; for a file that belongs to none its path below the data folder. */
  readonly series: string;
  readonly kind: FindingKind;
  /** In words, with the file, line or stamp. */
  readonly detail: string;
  readonly severity: Severity;
}

/** A finding before it is known of which series. */
export type Fault = Omit<Finding, 'series'>;

/** Counts faults by kind, so that a spoilt file is told in a few lines and not in one a row. */
export class FaultCount {
  readonly #found = new Map<FindingKind, { first: string; count: number; severity: Severity }>();

  add(kind: FindingKind, detail: string, severity: Severity = 'error'): void {
    const known = this.#found.get(kind);
    if (known === undefined) this.#found.set(kind, { first: detail, count: 1, severity });
    else known.count += 1;
  }

  /** @param where what the details stand in, such as the path of a file */
  faults(where: string): Fault[] {
    return [...this.#found].map(([kind, { first, count, severity }]) => ({
      kind,
      detail: `${where}: ${first}${count === 1 ? '' : ` (and ${count - 1} more)`}`,
      severity,
    }));
  }
}
