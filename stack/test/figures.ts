import { afterAll } from 'vitest';

/** What a proof has measured, printed as a table when the tests of a file are over, failed or not. */
export function figures(title: string): (what: string, value: string | number) => void {
  const rows: [string, string][] = [];
  afterAll(() => {
    if (rows.length === 0) return;
    const width = Math.max(...rows.map(([what]) => what.length));
    const lines = rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`);
    process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
  });
  return (what, value) =>
    void rows.push([what, typeof value === 'number' ? String(Math.round(value * 100) / 100) : value]);
}
