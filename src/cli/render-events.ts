import type { Events } from '../app/events.ts';
import type { Output } from './output.ts';
import { EMPTY_LINE } from './output.ts';

/** Renders what a use case tells: sentences on stderr, and on a terminal how far it is. */
export function eventsTo(output: Output): Events {
  return (event) => {
    if (event.type === 'notice') output.err(`vortex: ${event.message}\n`);
    else if (output.isTerminal) {
      const state = `${event.done}/${event.total}${event.current === undefined ? '' : `  ${event.current}`}`;
      output.err(`${EMPTY_LINE}${event.done < event.total ? state.slice(0, output.columns - 1) : ''}`);
    }
  };
}
