import { findPrograms } from './native-programs.ts';
import { type Ended, runProgram } from './run-program.ts';

export type Promtool =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path?: undefined; readonly missing: string };

export async function findPromtool(): Promise<Promtool> {
  const { programs, missing } = await findPrograms('prometheus');
  return missing === undefined ? { path: programs.promtool } : { missing };
}

/** `promtool test rules`: exit code 0 where all tests passed. */
export function testRules(promtool: string, file: string, folder: string): Promise<Ended> {
  return runProgram(promtool, ['test', 'rules', file], folder);
}
