/** `node stack/src/native/build.ts [module …]`: builds the programs that the tests of the stack run, where they are missing. */
import { BuildFailure, buildPrograms } from './build-programs.ts';
import { MODULES, type ModuleName } from './programs.ts';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(MODULES, name));
try {
  if (unknown.length > 0) {
    throw new BuildFailure(
      `there is no ${unknown.join(', ')} to build, but ${Object.keys(MODULES).join(', ')}`,
    );
  }
  await buildPrograms({
    ...(asked.length > 0 && { modules: asked as ModuleName[] }),
    say: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
