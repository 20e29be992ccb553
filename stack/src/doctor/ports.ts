import { createServer } from 'node:net';
import type { ComposeFile, ComposeService } from '../compose/compose-file.ts';
import type { PublishedPort } from '../compose/published-port.ts';
import type { Container } from './docker.ts';
import type { Finding } from './finding.ts';
import { listeningProcess } from './listening-process.ts';

/** One line a port that cannot be had, one for all others. */
export async function checkPorts(compose: ComposeFile, containers: readonly Container[]): Promise<Finding[]> {
  const ours = new Set(containers.flatMap(({ publishedPorts }) => publishedPorts));
  const all = compose.services.flatMap((service) => service.ports.map((port) => ({ service, port })));
  const mine = all.filter(({ port }) => ours.has(port.port));
  const findings: Finding[] = [];
  for (const { service, port } of all) {
    if (ours.has(port.port)) continue;
    const finding = await checkPort(service, port);
    if (finding !== undefined) findings.push(finding);
  }
  const free = all.length - mine.length - findings.length;
  const running = mine.length === 0 ? '' : `, ${mine.length} held by this stack, which runs`;
  return [
    ...findings,
    { subject: 'ports', verdict: 'ok', reason: `${free} of ${all.length} free${running}` },
  ];
}

async function checkPort(service: ComposeService, port: PublishedPort): Promise<Finding | undefined> {
  const code = await listenProblem(port);
  if (code === undefined) return undefined;
  const subject = `port ${port.port}`;
  // Those of a profile are only needed when it is asked for.
  const verdict = service.profiles.length === 0 ? 'problem' : 'warning';
  const elsewhere =
    port.setting === undefined ? 'another port' : `another port with ${port.setting} in stack/.env`;
  switch (code) {
    case 'EADDRINUSE': {
      const holder = (await listeningProcess(port.port)) ?? 'a process of another user';
      return {
        subject,
        verdict,
        reason: `${service.name} needs it, and ${holder} has it`,
        action: `end that process, or give ${service.name} ${elsewhere}`,
      };
    }
    case 'EADDRNOTAVAIL':
      return {
        subject,
        verdict,
        reason: `${port.host} is no address of this machine`,
        action: 'set BIND_ADDRESS in stack/.env to one of them; 127.0.0.1 is this machine alone',
      };
    case 'EACCES':
      return {
        subject,
        // The engine may be allowed to, where we are not.
        verdict: 'warning',
        reason: `${service.name} needs it, and only an administrator may listen there`,
        action: `give ${service.name} ${elsewhere}, above 1023`,
      };
    default:
      return {
        subject,
        verdict,
        reason: `${service.name} cannot have it: ${code}`,
        action: `give ${service.name} ${elsewhere}`,
      };
  }
}

/** @returns the error code of listening there for a moment; undefined when it goes */
function listenProblem({ host, port }: PublishedPort): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
