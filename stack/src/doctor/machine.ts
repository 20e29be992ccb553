import { readFile, stat, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { ComposeFile } from '../compose/compose-file.ts';
import type { Engine } from './docker.ts';
import type { Finding } from './finding.ts';

const GIB = 1024 ** 3;
/** Images take 3 GB, and a stack that cannot write loses traces. */
const LEAST_DISK = 5 * GIB;
/** Prometheus alone may take 10 GB until its retention deletes. */
const ENOUGH_DISK = 20 * GIB;
/** What the services take when idle, and some. */
const LEAST_MEMORY = 2 * GIB;
/** Timestamps this far apart put a server's span before its client's. */
const SKEW_SEEN = 2000;
/** Prometheus refuses samples that are further ahead. */
const SKEW_HARMFUL = 60_000;
/** What Elasticsearch, which maps files as Qdrant does, asks for; the default is 65,530 on older kernels, 1,048,576 on newer ones. */
const ENOUGH_MAPS = 262_144;

const gigabytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GB`;

/** @param folders where to look, the first that exists: the engine's, which is in a virtual machine on some systems. */
export async function checkDisk(folders: readonly string[]): Promise<Finding> {
  for (const folder of folders.filter((name) => name !== '')) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return judgeDisk(bavail * bsize, folder);
    } catch {
      // Not of this machine, or not for us to see.
    }
  }
  return { subject: 'disk', verdict: 'warning', reason: 'the free space is unknown', action: 'look: df -h' };
}

export function judgeDisk(free: number, folder: string): Finding {
  const reason = `${gigabytes(free)} free at ${folder}`;
  const action = `make room: docker system df tells what takes it; ${gigabytes(ENOUGH_DISK)} are enough`;
  if (free < LEAST_DISK) return { subject: 'disk', verdict: 'problem', reason, action };
  if (free < ENOUGH_DISK) return { subject: 'disk', verdict: 'warning', reason, action };
  return { subject: 'disk', verdict: 'ok', reason };
}

export function checkMemory(compose: ComposeFile, engine: Engine | undefined): Finding {
  const limits = compose.services
    .filter(({ profiles }) => profiles.length === 0)
    .reduce((total, { memoryLimit = 0 }) => total + memoryLimit, 0);
  return judgeMemory(engine?.memory ?? totalmem(), limits);
}

export function judgeMemory(total: number, limits: number): Finding {
  const reason = `${gigabytes(total)} for containers; the limits of all services add up to ${gigabytes(limits)}`;
  const action = 'lower the *_MEMORY settings in stack/.env, or give Docker more memory';
  if (total < LEAST_MEMORY) return { subject: 'memory', verdict: 'problem', reason, action };
  if (total < limits) return { subject: 'memory', verdict: 'warning', reason, action };
  return { subject: 'memory', verdict: 'ok', reason };
}

/** Against the engine's clock; without one, against the files that are here already. */
export async function checkClock(engine: Engine | undefined, newestFile: string): Promise<Finding> {
  if (engine !== undefined) return judgeSkew(engine.skewMillis);
  const { mtimeMs } = await stat(newestFile);
  return judgeTime(Date.now(), mtimeMs);
}

export function judgeSkew(skewMillis: number): Finding {
  const seconds = Math.abs(skewMillis) / 1000;
  const reason = `containers are ${seconds.toFixed(1)} s ${skewMillis < 0 ? 'behind' : 'ahead of'} this machine`;
  const action = 'restart Docker Desktop, or set both clocks by NTP: timedatectl set-ntp true';
  if (Math.abs(skewMillis) > SKEW_HARMFUL) return { subject: 'clock', verdict: 'problem', reason, action };
  if (Math.abs(skewMillis) > SKEW_SEEN) return { subject: 'clock', verdict: 'warning', reason, action };
  return { subject: 'clock', verdict: 'ok', reason: 'containers have the same time' };
}

/** @param fileTime when the compose file was written: now is not before that. */
export function judgeTime(now: number, fileTime: number): Finding {
  const text = new Date(now).toISOString();
  if (now < fileTime - 60_000) {
    return {
      subject: 'clock',
      verdict: 'problem',
      reason: `it is ${text}, and the compose file is from ${new Date(fileTime).toISOString()}`,
      action: 'set the clock: timedatectl set-ntp true',
    };
  }
  return {
    subject: 'clock',
    verdict: 'ok',
    reason: `${text}; without an engine there is no other clock to compare`,
  };
}

export async function checkMemoryMaps(): Promise<Finding> {
  const text = await readFile('/proc/sys/vm/max_map_count', 'utf8').catch(() => '');
  return judgeMemoryMaps(text.trim() === '' ? undefined : Number(text));
}

/** @param count undefined where there is no such limit to be read: on macOS and Windows it is the virtual machine's. */
export function judgeMemoryMaps(count: number | undefined): Finding {
  const subject = 'vm.max_map_count';
  if (count === undefined)
    return { subject, verdict: 'ok', reason: 'not this system’s: Docker Desktop sets its own' };
  if (count >= ENOUGH_MAPS) return { subject, verdict: 'ok', reason: String(count) };
  return {
    subject,
    verdict: 'warning',
    reason: `${count}: Qdrant maps every segment's files, and a large database runs out of maps`,
    action: `sudo sysctl -w vm.max_map_count=${ENOUGH_MAPS}`,
  };
}
