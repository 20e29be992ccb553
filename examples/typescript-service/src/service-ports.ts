import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface ServicePorts {
  readonly typescript: number;
  readonly router: number;
  readonly websocket: number;
}

const PORTS = {
  typescript: { variable: 'TYPESCRIPT_SERVICE_PORT', port: 8000, of: 'the TypeScript service' },
  router: { variable: 'LLM_ROUTER_PORT', port: 8001, of: 'the LLM router' },
  websocket: { variable: 'WEBSOCKET_SERVICE_PORT', port: 8080, of: 'the WebSocket service' },
} as const;

/**
 * The ports on 127.0.0.1 for the three services; they have to know each other before they start.
 *
 * @throws Error with a sentence for each that is taken or makes no sense
 */
export async function servicePorts(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ServicePorts> {
  const problems: string[] = [];
  const found: Record<string, number> = {};
  const held: net.Server[] = [];
  for (const [name, { variable, port, of }] of Object.entries(PORTS)) {
    const given = environment[variable]?.trim() || String(port);
    if (!/^\d{1,5}$/.test(given) || Number(given) > 65_535) {
      problems.push(`${variable} is '${given}'; it must be a whole number from 0 to 65535`);
      continue;
    }
    const server = net.createServer();
    try {
      server.listen(Number(given), '127.0.0.1');
      await once(server, 'listening');
      // Until all three are found: or a free one could be found twice.
      held.push(server);
      found[name] = (server.address() as AddressInfo).port;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === 'EADDRINUSE' ? 'which another program has taken' : `which cannot be had (${code})`;
      problems.push(
        `port ${given} is that of ${of}, ${why}; stop that one, or set ${variable} to a free one (0 takes any)`,
      );
    }
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  if (problems.length > 0) throw new Error(problems.join('; '));
  return found as unknown as ServicePorts;
}
