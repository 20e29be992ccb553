import { expect, test } from 'vitest';
import { nodeVersionProblem } from './node-version.ts';

test.each(['22.15.0', '22.22.3', '23.0.0', '24.11.1', '26.0.0', 'v24.1.0', '25.0.0-nightly20251001'])(
  '%s will do',
  (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined();
  },
);

test.each(['18.20.8', '20.20.2', '22.14.0', '22.9.0', 'v20.1.0'])('%s is too old', (version) => {
  expect(nodeVersionProblem(version)).toBe(
    `@uat/tracing-sdk needs Node.js 22.15 or newer and this is ${version}: nothing is traced. Upgrade Node.js; the app itself is not affected.`,
  );
});
