import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from './native-service.ts';

/** A folder of the host that stands at `target` for one service. */
export interface Mount {
  /** What is bound is read-only, as in the compose file; a volume is not. */
  readonly kind: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
}

/**
 * The shell script that runs a program as its container would: in a root folder that holds itself, its mounts, the hosts file
 * and the kernel's folders, as its user. To be run in a mount namespace of its own.
 *
 * @param root a folder to be made
 * @param user `uid:gid`
 * @param command a static program, and its arguments
 */
export function rootScript(
  root: string,
  user: string,
  mounts: readonly Mount[],
  [file = '', ...args]: readonly string[],
): string {
  for (const folder of ['bin', 'dev', 'proc', 'tmp', 'etc', ...mounts.map(({ target }) => target)]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  const program = `/bin/${file.slice(file.lastIndexOf('/') + 1)}`;
  for (const place of [program, '/etc/hosts', '/etc/resolv.conf']) {
    writeFileSync(join(root, place), '', { flag: 'a' });
  }
  const asUser = mapsUsers() ? `--userspec=${user} ` : '';
  return [
    `ROOT=${quote(root)}`,
    'mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"',
    'mount --rbind /dev "$ROOT/dev"',
    'mount --rbind /proc "$ROOT/proc"',
    'mount --bind /etc/hosts "$ROOT/etc/hosts"',
    'mount --bind /etc/resolv.conf "$ROOT/etc/resolv.conf"',
    `mount --bind ${quote(file)} "$ROOT"${program}`,
    ...mounts.map(
      ({ kind, source, target }) =>
        `mount -o bind${kind === 'bind' ? ',ro' : ''} ${quote(source)} "$ROOT"${quote(target)}`,
    ),
    `exec chroot ${asUser}"$ROOT" ${[program, ...args].map(quote).join(' ')}`,
  ].join('\n');
}

/** Gives a file or folder to the user of a service, where other users exist. */
export function giveTo(path: string, user: string): void {
  if (!mapsUsers()) return;
  const [uid, gid] = user.split(':').map(Number);
  chownSync(path, uid!, gid!);
}

/** Whether other users exist here: not in a user namespace that an ordinary user has made. */
function mapsUsers(): boolean {
  if (process.getuid?.() !== 0) return false;
  return Number(readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)[2]) > 65_536;
}
