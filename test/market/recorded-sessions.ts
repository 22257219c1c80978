import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordedFolder } from '../support/recorded.ts';

/** One recorded session: trade date as text, open and close in milliseconds, UTC. */
export interface RecordedSession {
  readonly date: string;
  readonly open: number;
  readonly close: number;
}

/** The sessions of one exchange as another project recorded them, in order. */
export function recordedSessions(file: string): RecordedSession[] {
  return readFileSync(join(recordedFolder('sessions'), file), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [date = '', open = '', close = ''] = line.split(',');
      return { date: date.slice(0, 10), open: Date.parse(open), close: Date.parse(close) };
    });
}
