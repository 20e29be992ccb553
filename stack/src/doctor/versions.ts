import type { ComposeFile } from '../compose/compose-file.ts';
import { type Container, type DockerAnswer, docker, type Engine } from './docker.ts';
import type { Finding } from './finding.ts';

/** Below the first it cannot work, below the second nobody mends it any more. */
const DOCKER_VERSIONS = ['20.10', '26.0'] as const;
/** What start.sh asks for as well. */
const COMPOSE_VERSIONS = ['2.24', '2.24'] as const;
const INSTALL_DOCKER = 'install Docker: https://docs.docker.com/engine/install/';
const INSTALL_COMPOSE = 'install the plugin: https://docs.docker.com/compose/install/linux/';

export function judgeEngine(engine: Engine | DockerAnswer): Finding {
  const subject = 'Docker';
  if ('version' in engine) return judgeVersion(subject, engine.version, DOCKER_VERSIONS, INSTALL_DOCKER);
  if (engine.complaint === undefined)
    return { subject, verdict: 'problem', reason: 'not installed', action: INSTALL_DOCKER };
  const denied = /permission denied/i.test(engine.complaint);
  return {
    subject,
    verdict: 'problem',
    reason: engine.complaint === '' ? 'the engine does not answer' : engine.complaint,
    action: denied
      ? 'add yourself to the group docker, then sign in again: sudo usermod -aG docker "$USER"'
      : 'start the engine: sudo systemctl start docker, or open Docker Desktop',
  };
}

export async function checkCompose(signal: AbortSignal): Promise<Finding> {
  const { ok, text, complaint } = await docker(['compose', 'version', '--short'], signal);
  if (ok) return judgeVersion('Docker Compose', text.trim(), COMPOSE_VERSIONS, INSTALL_COMPOSE);
  return {
    subject: 'Docker Compose',
    verdict: 'problem',
    reason: complaint === undefined ? 'Docker is not installed' : 'the plugin is not installed',
    action: complaint === undefined ? INSTALL_DOCKER : INSTALL_COMPOSE,
  };
}

export function judgeVersion(
  subject: string,
  version: string,
  [least, maintained]: readonly [string, string],
  action: string,
): Finding {
  if (!/^v?\d+\.\d+/.test(version)) {
    return { subject, verdict: 'warning', reason: `unknown version '${version}'`, action };
  }
  if (isBelow(version, least))
    return { subject, verdict: 'problem', reason: `${version}; needed is ${least} or newer`, action };
  if (isBelow(version, maintained))
    return { subject, verdict: 'warning', reason: `${version}; ${maintained} or newer is better`, action };
  return { subject, verdict: 'ok', reason: version };
}

function isBelow(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number.parseFloat);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** Whether what runs is what the compose file names, and what is still to be fetched. */
export function judgeImages(
  { services }: ComposeFile,
  containers: readonly Container[],
  present: ReadonlySet<string>,
): Finding {
  const subject = 'images';
  const other = containers.flatMap(({ service, image, running }) => {
    const wanted = services.find(({ name }) => name === service)?.image;
    return running && wanted !== undefined && wanted !== image
      ? [`${service} runs ${image}, the compose file names ${wanted}`]
      : [];
  });
  if (other.length > 0)
    return { subject, verdict: 'problem', reason: other.join('; '), action: 'run stack/start.sh again' };
  const always = services.filter(({ profiles, built }) => profiles.length === 0 && !built);
  const absent = always.filter(({ image }) => !present.has(image));
  if (absent.length === 0) return { subject, verdict: 'ok', reason: `all ${always.length} are here` };
  return {
    subject,
    verdict: 'ok',
    reason: `${absent.length} of ${always.length} will be fetched: ${absent.map(({ image }) => image).join(', ')}`,
  };
}
