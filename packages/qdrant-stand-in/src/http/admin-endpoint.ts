/** Faults, and the requests that have come, for programs in other processes: under paths that no real server has. */
import { checkFaultRule } from '../fault-rule.ts';
import type { Faults } from '../faults.ts';
import type { ReceivedRequest } from './server.ts';

const FAULTS = '/stand-in/faults';
const REQUESTS = '/stand-in/requests';

export function isAdminPath(path: string): boolean {
  return path === FAULTS || path === REQUESTS;
}

interface AdminReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Faults: GET lists the rules, PUT adds one (or a list of them), DELETE takes all away. Requests: GET lists them. */
export function answerAdmin(
  method: string,
  path: string,
  body: Buffer | undefined,
  faults: Faults,
  requests: readonly ReceivedRequest[],
): AdminReply {
  const reply = (status: number, value: object) => ({
    status,
    type: 'application/json',
    body: JSON.stringify(value),
  });
  if (path === REQUESTS)
    return method === 'GET'
      ? reply(200, { requests })
      : reply(405, { error: `${REQUESTS} takes GET, not ${method}` });
  if (method === 'PUT') {
    try {
      const rules: unknown[] = [JSON.parse(String(body))].flat();
      // All are checked first: a list is taken whole or not at all.
      const checked = rules.map((rule) => {
        checkFaultRule(rule);
        return rule;
      });
      for (const rule of checked) faults.add(rule);
    } catch (error) {
      return reply(400, { error: error instanceof Error ? error.message : String(error) });
    }
  } else if (method === 'DELETE') faults.clear();
  else if (method !== 'GET')
    return reply(405, { error: `${FAULTS} takes GET, PUT and DELETE, not ${method}` });
  return reply(200, { faults: faults.list() });
}
