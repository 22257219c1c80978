import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, frameOf, FrameReader } from '../../sandbox/ibkr-wire.ts';
import { greetingOf } from '../support/ib-client.ts';
import { framed } from '../support/tws.ts';

const field = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'));

describe('frames of the socket protocol', () => {
  it('come out as they went in, whatever pieces they come in', () => {
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1 })), fc.array(fc.nat(200)), (messages, cuts) => {
        const bytes = Buffer.concat([greetingOf('v100..193'), ...messages.map((message) => frameOf(message))]);
        const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const reader = new FrameReader();
        const heard = edges.flatMap((edge, index) => reader.push(bytes.subarray(edges[index - 1] ?? 0, edge)));
        expect(heard.shift()).toBe('v100..193');
        expect(heard.map(fieldsOf)).toEqual(messages);
      }),
    );
  });

  it('are a length and fields with a zero behind each', () => {
    expect(frameOf([71, 2, 'é', '']).toString('hex')).toBe('000000093731003200c3a90000');
    expect(frameOf([71, 2, 'é', ''])).toEqual(framed([71, 2, 'é', '']));
  });

  it('of a length that none can have end the line', () => {
    const reader = new FrameReader();
    reader.push(greetingOf('v100..193'));
    expect(() => reader.push(Buffer.from('fffffffc00', 'hex'))).toThrow(RangeError);
  });
});
