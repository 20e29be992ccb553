import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HostAndPort, parseHost, splitHost } from './host-and-port.ts';

describe('splitHost', () => {
  it.each<[string, HostAndPort]>([
    ['example.com', { address: 'example.com', port: undefined }],
    ['example.com:8080', { address: 'example.com', port: 8080 }],
    ['[::1]:8080', { address: '::1', port: 8080 }],
    ['[::1]', { address: '::1', port: undefined }],
    ['::1', { address: '::1', port: undefined }],
    ['example.com:', { address: 'example.com:', port: undefined }],
    ['example.com:123456', { address: 'example.com:123456', port: undefined }],
    ['', { address: '', port: undefined }],
  ])('%j', (text, expected) => {
    expect(splitHost(text)).toEqual(expected);
  });
});

describe('parseHost', () => {
  it('says the same for any text, however often and however many are asked about', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.webAuthority({ withPort: true })), { maxLength: 400 }),
        (texts) => {
          for (const text of [...texts, ...texts]) expect(parseHost(text)).toEqual(splitHost(text));
        },
      ),
      { numRuns: 20 },
    );
  });
});
