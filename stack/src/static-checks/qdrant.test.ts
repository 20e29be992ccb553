import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readText, readYaml, STACK_FOLDER } from './stack-files.ts';

const service = readYaml('compose.yaml').services.qdrant;

it('says as little as it can, and its metrics have the names of the brief', () => {
  expect(service.environment).toMatchObject({
    QDRANT__SERVICE__METRICS_PREFIX: 'qdrant_',
    QDRANT__SERVICE__ENABLE_SNAPSHOT_URL_RECOVERY: 'false',
    QDRANT__TELEMETRY_DISABLED: 'true',
  });
});

it('gets its keys from files, so that `docker inspect` does not show them', () => {
  expect(Object.keys(service.environment).filter((key) => key.includes('API_KEY'))).toEqual([]);
  const script = readText('qdrant/entrypoint.sh');
  for (const name of ['QDRANT__SERVICE__API_KEY', 'QDRANT__SERVICE__READ_ONLY_API_KEY'])
    expect(script).toContain(`export ${name}`.slice(7));
});

it('does not start open to everyone when a key is missing', () => {
  const { status, stderr } = spawnSync('bash', [join(STACK_FOLDER, 'qdrant/entrypoint.sh')], {
    encoding: 'utf8',
  });
  expect(status).not.toBe(0);
  expect(stderr).toContain('/run/secrets/qdrant_api_key is missing or empty');
});

it('writes only where it may: storage, snapshots and /tmp', () => {
  expect(service.read_only).toBe(true);
  expect(service.environment.QDRANT_INIT_FILE_PATH).toMatch(/^\/tmp\//);
  expect(service.volumes).toEqual(
    expect.arrayContaining(['qdrant-storage:/qdrant/storage', 'qdrant-snapshots:/qdrant/snapshots']),
  );
});
