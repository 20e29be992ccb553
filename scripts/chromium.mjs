import { existsSync } from 'node:fs';
import { Failure } from './repository.mjs';
import { installSystemPackages } from './system-packages.mjs';

const CHROMIUM = '/usr/bin/chromium';

/** Who may install packages gets it; who may not is told. */
export async function provideChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined && !existsSync(named))
    throw new Failure(`CHROMIUM names ${named}, which is not there.`);
  if (named !== undefined || existsSync(CHROMIUM)) return;
  if (await installSystemPackages(['chromium', 'fonts-dejavu-core'], 'Chromium, which the tests drive'))
    return;
  throw new Failure(`Chromium is missing: install it (apt-get install chromium), or name one in CHROMIUM.`);
}
