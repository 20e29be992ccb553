import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow } from './check-row.ts';
import { httpAnswer, jsonAnswer, parseJson, refusal } from './http-answer.ts';
import { poll } from './poll.ts';
import { NothingToCheck, Problem } from './problem.ts';
import { GRAFANA_ADMIN_PASSWORD, readSecretFile } from './secret-file.ts';
import { asObject, type JsonObject, objects } from './stored-trace.ts';

/** Plugin ids of the data sources without which the dashboards are empty. */
const NEEDED = ['prometheus', 'tempo'];

export function checkGrafana(context: CheckContext): Promise<CheckRow>[] {
  const { addresses, signal } = context;
  const healthy = checkRow('grafana', 'is healthy', signal, () =>
    poll(async () => {
      const health = asObject(await jsonAnswer(`${addresses.grafana}/api/health`, { signal }));
      if (health?.database !== 'ok') {
        throw new Problem(
          `${addresses.grafana}/api/health does not say that the database is ok: is it Grafana?`,
        );
      }
      return `version ${String(health.version ?? 'unknown')}`;
    }, context),
  );
  let sources: { readonly list: readonly JsonObject[]; readonly authorization: string } | undefined;
  const present = checkRow('grafana', 'has its data sources', signal, async () => {
    const authorization = await basicAuthorization(context);
    const list = await poll(() => readDataSources(context, authorization), context);
    const types = list.map(({ type }) => String(type));
    const absent = NEEDED.filter((type) => !types.includes(type));
    if (absent.length > 0) {
      throw new Problem(
        `the data source ${absent.join(' and ')} is missing; there are: ${types.join(', ') || 'none'}`,
        {
          hint: 'docker compose -f stack/compose.yaml logs grafana | grep -i provisioning',
        },
      );
    }
    sources = { list, authorization };
    return list.map(({ name }) => String(name)).join(', ');
  });
  const reach = checkRow('grafana', 'reaches its data sources', signal, async () => {
    await present;
    if (sources === undefined) throw new NothingToCheck('the data sources are unknown');
    const { list, authorization } = sources;
    const found = await Promise.all(
      list.map((source) => poll(() => checkDataSource(context, source, authorization), context)),
    );
    return found.filter((name) => name !== '').join(', ');
  });
  return [healthy, present, reach];
}

async function basicAuthorization(context: CheckContext): Promise<string> {
  const password = await readSecretFile(context.secretsFolder, GRAFANA_ADMIN_PASSWORD, context.concealment);
  const credentials = Buffer.from(`${context.grafanaUser}:${password}`).toString('base64');
  context.concealment.add(credentials);
  return `Basic ${credentials}`;
}

async function readDataSources(context: CheckContext, authorization: string): Promise<JsonObject[]> {
  const url = `${context.addresses.grafana}/api/datasources`;
  const answer = await httpAnswer(url, { signal: context.signal, headers: { authorization } });
  if (answer.status === 401 || answer.status === 403) {
    throw new Problem(
      `Grafana refuses ${context.grafanaUser} with the password of ${GRAFANA_ADMIN_PASSWORD} (${answer.status}): the file counts only at the first start`,
      {
        hint: `docker compose -f stack/compose.yaml exec grafana sh -c 'grafana cli admin reset-admin-password "$(cat /run/secrets/${GRAFANA_ADMIN_PASSWORD})"'`,
      },
    );
  }
  if (answer.status !== 200) throw refusal(url, answer);
  const list = parseJson(url, answer.text);
  if (!Array.isArray(list))
    throw new Problem(`${url} answered with something that is no list of data sources`);
  return objects(list);
}

/** @returns its name; nothing when its plugin has no health check */
async function checkDataSource(
  context: CheckContext,
  source: JsonObject,
  authorization: string,
): Promise<string> {
  const url = `${context.addresses.grafana}/api/datasources/uid/${encodeURIComponent(String(source.uid))}/health`;
  const answer = await httpAnswer(url, {
    signal: context.signal,
    headers: { authorization },
    timeoutMillis: 15_000,
  });
  if (answer.status === 404 || answer.status === 501) return '';
  const health =
    answer.status === 200 || answer.status === 400 ? asObject(parseJson(url, answer.text)) : undefined;
  if (health?.status === 'OK') return String(source.name);
  if (health === undefined) throw refusal(url, answer);
  throw new Problem(`${String(source.name)}: ${String(health.message ?? 'no reason given')}`, {
    passing: true,
  });
}
