import { dirname } from 'node:path';
import { readComposeFile } from '../compose/compose-file.ts';
import { askEngine, listContainers, listImages } from './docker.ts';
import type { DoctorSettings } from './doctor-settings.ts';
import type { Finding } from './finding.ts';
import { checkClock, checkDisk, checkMemory, checkMemoryMaps } from './machine.ts';
import { checkPorts } from './ports.ts';
import { checkSecrets } from './secret-files.ts';
import { checkCompose, judgeEngine, judgeImages } from './versions.ts';

/**
 * Looks at the machine before a start; changes nothing.
 *
 * @throws ComposeFileError when there is no compose file to look at.
 */
export async function runDoctor(
  { composeFile, secretsFolder }: DoctorSettings,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const compose = readComposeFile(composeFile, environment);
  const [answer, composeFinding] = await Promise.all([askEngine(signal), checkCompose(signal)]);
  const engine = 'version' in answer ? answer : undefined;
  const containers = engine === undefined ? [] : await listContainers(composeFile, signal);
  const findings = await Promise.all([
    judgeEngine(answer),
    composeFinding,
    engine === undefined ? [] : listImages(signal).then((images) => judgeImages(compose, containers, images)),
    checkPorts(compose, containers),
    checkSecrets(secretsFolder),
    checkDisk([engine?.rootFolder ?? '', dirname(composeFile)]),
    checkMemory(compose, engine),
    checkClock(engine, composeFile),
    checkMemoryMaps(),
  ]);
  signal.throwIfAborted();
  return findings.flat();
}
