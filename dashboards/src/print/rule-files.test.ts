import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findPromtool } from '../../test/promtool.ts';
import { runProgram } from '../../test/run-program.ts';
import { printedFiles } from './printed-files.ts';

const { path: promtool, missing } = await findPromtool();
const folder = mkdtempSync(join(tmpdir(), 'uat-rule-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ruleFiles = printedFiles().filter(({ path }) => path.includes('/prometheus/'));

/** Its lint finds rules that write the same series. */
describe.skipIf(missing !== undefined)(
  `promtool check rules${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    test.each(ruleFiles.map(({ path, text }) => [basename(path), text] as const))(
      '%s',
      async (name, text) => {
        writeFileSync(join(folder, name), text);
        const { code, text: said } = await runProgram(
          promtool!,
          ['check', 'rules', '--lint=all', '--lint-fatal', name],
          folder,
        );
        expect(code, said).toBe(0);
      },
    );
  },
);
