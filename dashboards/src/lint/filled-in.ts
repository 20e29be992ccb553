/** Longer than any `$__interval` and round enough to be told from a range that somebody wrote. */
export const RATE_INTERVAL = '7331s';

const GLOBALS: Readonly<Record<string, string>> = {
  __rate_interval: RATE_INTERVAL,
  __interval: '15s',
  __range: '3600s',
  __from: '1700000000000',
  __to: '1700003600000',
  __url_time_range: 'from=now-1h&to=now',
};

const VARIABLE = /\$\{(\w+(?:\.\w+)*)(?::\w+)?\}|\$(\w+)/g;

/** Names of Grafana variables in a text, without format, Grafana's own (`__…`) left out. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)]
    .map(([, braced, bare]) => (braced ?? bare)!)
    .filter((name) => !name.startsWith('__') && !/^\d+$/.test(name));
}

/** Puts values in for variables; Grafana's own get some; what has none becomes `fallback`. `$1` of a regex stays. */
export function filledIn(
  text: string,
  values: Readonly<Record<string, string>> = {},
  fallback = 'x',
): string {
  return text.replace(VARIABLE, (whole, braced?: string, bare?: string) => {
    const name = (braced ?? bare)!;
    if (/^\d+$/.test(name)) return whole;
    return values[name] ?? GLOBALS[name] ?? fallback;
  });
}
