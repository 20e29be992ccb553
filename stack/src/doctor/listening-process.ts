import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** @returns `name (process 123)`; undefined when it cannot be told, as of another user's process */
export async function listeningProcess(port: number): Promise<string | undefined> {
  return process.platform === 'linux' ? fromProc(port) : fromLsof(port);
}

const LISTEN = '0A';

/** /proc/net/tcp has the sockets, /proc/<pid>/fd who holds them. https://docs.kernel.org/networking/proc_net_tcp.html */
async function fromProc(port: number): Promise<string | undefined> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8').catch(() => '')).split('\n')) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTEN && local.endsWith(`:${hexPort}`)) sockets.add(`socket:[${inode}]`);
    }
  }
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    for (const fd of await readdir(folder).catch(() => [])) {
      if (!sockets.has(await readlink(`${folder}/${fd}`).catch(() => ''))) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return `${name.trim()} (process ${pid})`;
    }
  }
  return undefined;
}

async function fromLsof(port: number): Promise<string | undefined> {
  try {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
    const { stdout } = await promisify(execFile)('lsof', args, { timeout: 5000 });
    const [, pid, name] = /^p(\d+)\nc(.+)$/m.exec(stdout) ?? [];
    return pid === undefined ? undefined : `${name} (process ${pid})`;
  } catch {
    return undefined;
  }
}
