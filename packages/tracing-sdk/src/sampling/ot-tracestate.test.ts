import { createTraceState, type TraceState } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOtEntry, writeOtEntry } from './ot-tracestate.ts';

const read = (ot: string) => readOtEntry(createTraceState().set('ot', ot));
const NOTHING = { threshold: undefined, randomness: undefined, others: '', malformed: false };

describe('readOtEntry', () => {
  it.each([
    ['th:0', { threshold: '0' }],
    ['th:c', { threshold: 'c' }],
    ['th:e6666666666668', { threshold: 'e6666666666668' }],
    ['rv:6e6d1a75832a2f', { randomness: '6e6d1a75832a2f' }],
    ['th:8;rv:9b8233f7e3a151', { threshold: '8', randomness: '9b8233f7e3a151' }],
    ['rv:9b8233f7e3a151;th:8', { threshold: '8', randomness: '9b8233f7e3a151' }],
    ['p:8;r:62', { others: 'p:8;r:62' }],
    ['p:8;th:c;k1:13', { threshold: 'c', others: 'p:8;k1:13' }],
    ['x:', { others: 'x:' }],
    ['', {}],
  ])('%s', (ot, expected) => {
    expect(read(ot)).toEqual({ ...NOTHING, ...expected });
  });

  it.each([
    ['th:', {}],
    ['th:xyz', {}],
    ['th:C', {}],
    ['th:0x8', {}],
    ['th:fffffffffffffff', {}],
    ['rv:6e6d1a75832a2', {}],
    ['rv:6e6d1a75832a2f0', {}],
    ['rv:6E6D1A75832A2F', {}],
    ['rv:short;th:8', { threshold: '8' }],
    ['th:8;th:c', { threshold: '8' }],
    ['th:8;;k:1', { threshold: '8', others: 'k:1' }],
    ['th:8;', { threshold: '8' }],
    ['th:8;nocolon;K:1;k:a b', { threshold: '8' }],
    [`th:8;k:${'a'.repeat(252)}`, {}],
  ])('leaves out what is malformed in %s', (ot, expected) => {
    expect(read(ot)).toEqual({ ...NOTHING, ...expected, malformed: true });
  });

  it('reads an entry of exactly 256 characters', () => {
    const others = `k:${'a'.repeat(249)}`;
    expect(read(`th:8;${others}`)).toEqual({ ...NOTHING, threshold: '8', others });
  });

  it.each([undefined, createTraceState(), createTraceState('vendor=ot')])('finds nothing in %o', (state) => {
    expect(readOtEntry(state)).toEqual(NOTHING);
  });

  it('never throws, whatever the header', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc
        .array(fc.constantFrom('th:', 'rv:', 'ot=', 'a', ':', ';', ',', '=', '0', 'f', ' ', 'Z'), {
          maxLength: 80,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anyText, anyText, (header, ot) => {
        const headers = [
          createTraceState(header),
          createTraceState(`ot=${ot}`),
          createTraceState().set('ot', ot),
        ];
        for (const state of headers) {
          const entry = readOtEntry(state);
          expect(entry.threshold ?? '0').toMatch(/^[0-9a-f]{1,14}$/);
          expect(entry.randomness ?? '0'.repeat(14)).toMatch(/^[0-9a-f]{14}$/);
          // What we write of it is well-formed, whatever it was.
          const written = writeOtEntry(state, entry, '8');
          expect(readOtEntry(written)).toMatchObject({ threshold: '8', malformed: false });
          expect(written.serialize().length).toBeLessThanOrEqual(512);
        }
      }),
    );
  });
});

describe('writeOtEntry', () => {
  const write = (before: string, threshold: string | undefined) => {
    const state = createTraceState(before);
    return writeOtEntry(state, readOtEntry(state), threshold).serialize();
  };

  it.each([
    ['', '8', 'ot=th:8'],
    ['ot=th:c', '8', 'ot=th:8'],
    ['ot=rv:9b8233f7e3a151', '0', 'ot=th:0;rv:9b8233f7e3a151'],
    ['ot=p:8;k1:7;r:62', 'c', 'ot=th:c;p:8;k1:7;r:62'],
    ['congo=t61rcWkgMzE,ot=th:8,rojo=1', 'c', 'ot=th:c,congo=t61rcWkgMzE,rojo=1'],
    ['congo=1,ot=th:8,rojo=1', undefined, 'congo=1,rojo=1'],
    ['ot=th:8;rv:9b8233f7e3a151', undefined, 'ot=rv:9b8233f7e3a151'],
    ['ot=th:8', undefined, ''],
    ['ot=th:zz;bad', undefined, ''],
  ])('%s with th %s becomes %s', (before, threshold, after) => {
    expect(write(before, threshold)).toBe(after);
  });

  it('makes a tracestate where there was none', () => {
    expect(writeOtEntry(undefined, readOtEntry(undefined), 'c').serialize()).toBe('ot=th:c');
    expect(writeOtEntry(undefined, readOtEntry(undefined), undefined).serialize()).toBe('');
  });

  it('leaves the tracestate it was given alone', () => {
    const state = createTraceState('ot=th:8,rojo=1');
    writeOtEntry(state, readOtEntry(state), 'c');
    expect(state.serialize()).toBe('ot=th:8,rojo=1');
  });

  it('lets the last sub-keys go above 256 characters, never th or rv', () => {
    const first = `a:${'1'.repeat(100)}`;
    const second = `b:${'2'.repeat(125)}`;
    const rv = 'rv:9b8233f7e3a151';
    expect(write(`ot=${rv};${first};${second}`, 'fffffffffffff8')).toBe(
      `ot=th:fffffffffffff8;${rv};${first}`,
    );
  });

  it('lets the oldest of 32 foreign entries go', () => {
    const foreign = Array.from({ length: 32 }, (_, i) => `v${i}=${i}`);
    expect(write(foreign.join(','), '8')).toBe(`ot=th:8,${foreign.slice(0, 31).join(',')}`);
  });

  it('lets long entries go first above 512 characters', () => {
    const long = `long=${'x'.repeat(200)}`;
    const short = Array.from({ length: 10 }, (_, i) => `v${i}=${'y'.repeat(26)}`);
    const before = [short[0], long, ...short.slice(1)].join(',');
    expect(before.length).toBeLessThanOrEqual(512);
    expect(write(before, '8')).toBe(`ot=th:8,${short.join(',')}`);
  });

  const value = fc.string({
    unit: fc.constantFrom(...'abcxyzABCXYZ0189._-'),
    minLength: 1,
    maxLength: 12,
  });
  // `th` and `rv` cannot come up: the names are one letter and digits.
  const names = (unit: string) => fc.stringMatching(new RegExp(`^[${unit}][0-9]{0,2}$`));
  const subKeys = fc.uniqueArray(fc.tuple(names('a-n'), value), {
    maxLength: 8,
    selector: ([name]) => name,
  });
  const foreignEntries = fc.uniqueArray(fc.tuple(names('p-z'), value), {
    maxLength: 15,
    selector: ([name]) => name,
  });
  const digits = (min: number, max: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: min, maxLength: max });

  it('round-trips th, rv, other sub-keys and foreign entries', () => {
    fc.assert(
      fc.property(
        foreignEntries,
        subKeys,
        fc.option(digits(14, 14), { nil: undefined }),
        fc.option(digits(1, 14), { nil: undefined }),
        fc.nat(20),
        (foreign, others, randomness, threshold, position) => {
          const members = others.map(([name, text]) => `${name}:${text}`);
          if (randomness !== undefined)
            members.splice(position % (members.length + 1), 0, `rv:${randomness}`);
          const entries = foreign.map(([name, text]) => `${name}=${text}`);
          const before = [...entries];
          if (members.length > 0) before.splice(position % (before.length + 1), 0, `ot=${members.join(';')}`);
          const state: TraceState = createTraceState(before.join(','));

          const written = writeOtEntry(state, readOtEntry(state), threshold);

          // Through a header, as the next service reads it.
          const received = createTraceState(written.serialize());
          expect(readOtEntry(received)).toEqual({
            threshold,
            randomness,
            others: others.map(([name, text]) => `${name}:${text}`).join(';'),
            malformed: false,
          });
          expect(received.unset('ot').serialize()).toBe(entries.join(','));
        },
      ),
    );
  });
});
