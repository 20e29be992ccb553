/** `npm run build`: dist/ and THIRD-PARTY-NOTICES.txt. `UAT_BUILD_TYPES=false` leaves the declarations out. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { buildPage } from './build-page.ts';

rmSync('dist', { recursive: true, force: true });
await buildPage('dist/page');
execFileSync('tsup', { stdio: 'inherit', shell: process.platform === 'win32' });
