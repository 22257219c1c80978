import { EXIT } from '../download/exit-code.ts';

/** What one look at the machine found. */
export interface Check {
  readonly name: string;
  /** A warning is no failure: it works, and costs what the detail says. */
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was found and, when it is not right, what to do. */
  readonly detail: string;
  /** The exit code that it leads to. */
  readonly code: number;
}

export const passed = (name: string, detail: string): Check => ({ name, state: 'ok', detail, code: EXIT.ok });

export const warned = (name: string, detail: string): Check => ({ name, state: 'warning', detail, code: EXIT.ok });

/** @param code the exit code that it leads to; 1 where the machine is at fault */
export const failed = (name: string, detail: string, code: number = EXIT.unexpected): Check => ({
  name,
  state: 'failed',
  detail,
  code,
});
