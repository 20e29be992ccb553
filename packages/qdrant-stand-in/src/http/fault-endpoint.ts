/** Faults for programs in other processes, under a path that no real server has. */
import { checkFaultRule } from '../fault-rule.ts';
import type { Faults } from '../faults.ts';

const PATH = '/stand-in/faults';

export function isAdminPath(path: string): boolean {
  return path === PATH;
}

interface AdminReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** GET lists the rules, PUT adds one (or a list of them), DELETE takes all away. */
export function answerAdmin(method: string, body: Buffer | undefined, faults: Faults): AdminReply {
  const reply = (status: number, value: object) => ({
    status,
    type: 'application/json',
    body: JSON.stringify(value),
  });
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
  else if (method !== 'GET') return reply(405, { error: `${PATH} takes GET, PUT and DELETE, not ${method}` });
  return reply(200, { faults: faults.list() });
}
