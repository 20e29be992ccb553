import { expect, test } from 'vitest';
import { judgeDisk, judgeMemory, judgeMemoryMaps, judgeSkew, judgeTime } from './machine.ts';
import { judgeVersion } from './versions.ts';

const GIB = 1024 ** 3;
const version = (text: string) => judgeVersion('Docker', text, ['20.10', '26.0'], 'install');

test.each([
  ['no disk', judgeDisk(4 * GIB, '/var'), 'problem', '4.0 GB free at /var'],
  ['little disk', judgeDisk(19 * GIB, '/var'), 'warning', '19.0 GB'],
  ['enough disk', judgeDisk(20 * GIB, '/var'), 'ok', '20.0 GB'],
  ['no memory', judgeMemory(1.5 * GIB, 5 * GIB), 'problem', '1.5 GB for containers'],
  ['memory below the limits', judgeMemory(4 * GIB, 5 * GIB), 'warning', 'add up to 5.0 GB'],
  ['enough memory', judgeMemory(8 * GIB, 5 * GIB), 'ok', '8.0 GB'],
  ['clocks agree', judgeSkew(-1900), 'ok', 'the same time'],
  ['containers ahead', judgeSkew(2500), 'warning', '2.5 s ahead of this machine'],
  ['containers far behind', judgeSkew(-61_000), 'problem', '61.0 s behind this machine'],
  ['time before the files', judgeTime(0, Date.UTC(2026, 0)), 'problem', '1970-01-01'],
  ['time after the files', judgeTime(Date.UTC(2026, 1), Date.UTC(2026, 0)), 'ok', '2026-02-01'],
  ['few memory maps', judgeMemoryMaps(65_530), 'warning', '65530'],
  ['many memory maps', judgeMemoryMaps(1_048_576), 'ok', '1048576'],
  ['no such setting', judgeMemoryMaps(undefined), 'ok', 'Docker Desktop'],
  ['an old version', version('19.03.1'), 'problem', '19.03.1; needed is 20.10 or newer'],
  ['an unmaintained version', version('20.10.24'), 'warning', '26.0 or newer is better'],
  ['a version with a v', version('v28.2.2'), 'ok', '28.2.2'],
  ['a version of a distribution', version('26.1.3+dfsg-1'), 'ok', '26.1.3'],
  ['no version', version('dev'), 'warning', "unknown version 'dev'"],
] as const)('%s', (_, finding, verdict, reason) => {
  expect(finding.verdict).toBe(verdict);
  expect(finding.reason).toContain(reason);
  expect(finding.action === undefined).toBe(verdict === 'ok');
});
