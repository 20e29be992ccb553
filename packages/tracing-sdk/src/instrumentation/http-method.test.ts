import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

describe('known methods', () => {
  it.each<[variable: string | undefined, method: string, known: boolean]>([
    [undefined, 'GET', true],
    [undefined, 'QUERY', true],
    [undefined, 'get', false],
    [undefined, 'PROPFIND', false],
    [undefined, '', false],
    [undefined, 'constructor', false],
    ['GET, PROPFIND,', 'PROPFIND', true],
    ['GET, PROPFIND,', 'GET', true],
    ['GET, PROPFIND,', 'POST', false],
    ['', 'POST', true],
    [' , ', 'POST', true],
  ])('with the variable %j, %j: %j', async (variable, method, known) => {
    vi.stubEnv('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS', variable);
    const { isKnownMethod, methodForName } = await import('./http-method.ts');
    expect(isKnownMethod(method)).toBe(known);
    expect(methodForName(method)).toBe(known ? method : 'HTTP');
  });
});
