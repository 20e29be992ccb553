import { describe, expect, test } from 'vitest';
import { OptionError, parseOptions } from './options.js';

const DEFAULTS = { help: false, once: false, polyglot: false, rate: 4, minutes: 10, port: undefined };

describe('parseOptions', () => {
  test.each([
    { args: [], options: {} },
    { args: ['--once'], options: { once: true } },
    { args: ['--polyglot', '--once'], options: { polyglot: true, once: true } },
    { args: ['--help'], options: { help: true } },
    { args: ['-h'], options: { help: true } },
    { args: ['--rate', '0.5', '--minutes=2', '--port', '0'], options: { rate: 0.5, minutes: 2, port: 0 } },
  ])('$args', ({ args, options }) => {
    expect(parseOptions(args)).toEqual({ ...DEFAULTS, ...options });
  });

  test.each([
    { args: ['--onec'], problem: "Unknown option '--onec'; see npm start -- --help" },
    { args: ['once'], problem: "Unexpected argument 'once'" },
    { args: ['--rate'], problem: "Option '--rate <value>' argument missing" },
    { args: ['--rate', '0'], problem: "--rate must be a number from 0.1 to 50, got '0'" },
    { args: ['--rate', 'fast'], problem: "--rate must be a number from 0.1 to 50, got 'fast'" },
    { args: ['--rate='], problem: "--rate must be a number from 0.1 to 50, got ''" },
    {
      args: ['--minutes', 'Infinity'],
      problem: "--minutes must be a number from 0.05 to 1440, got 'Infinity'",
    },
    { args: ['--port', '80000'], problem: "--port must be a number from 0 to 65535, got '80000'" },
    { args: ['--port', '1.5'], problem: "--port must be a whole number, got '1.5'" },
  ])('refuses $args', ({ args, problem }) => {
    expect(() => parseOptions(args)).toThrow(OptionError);
    expect(() => parseOptions(args)).toThrow(problem);
  });
});
