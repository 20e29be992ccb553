import { describe, expect, it } from 'vitest';
import { PEER_NAMES, parseOptions, SECTION_NAMES } from './options.ts';

describe('parseOptions', () => {
  it('runs everything when nothing is said', () => {
    expect(parseOptions([])).toEqual({
      sections: SECTION_NAMES,
      peers: undefined,
      quick: false,
      full: false,
      json: undefined,
      markdown: false,
      help: false,
    });
  });

  it('keeps its own order of what is chosen', () => {
    expect(parseOptions(['--only', 'exit, startup']).sections).toEqual(['startup', 'exit']);
    expect(parseOptions(['--peers=sentry,uat']).peers).toEqual(['uat', 'sentry']);
  });

  it.each([
    { argv: ['--only', 'startup,spam'], names: ['"spam"', ...SECTION_NAMES] },
    { argv: ['--peers', 'newrelic'], names: ['"newrelic"', ...PEER_NAMES] },
    { argv: ['--fast'], names: ['--fast'] },
  ])('names what it does not know in $argv', ({ argv, names }) => {
    for (const name of names) expect(() => parseOptions(argv)).toThrow(name);
  });
});
