import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Concealment } from './concealment.ts';
import { Problem } from './problem.ts';

/** Files that `generate-secrets.sh` makes and the checks read. */
export const GRAFANA_ADMIN_PASSWORD = 'grafana_admin_password';
export const QDRANT_API_KEY = 'qdrant_api_key';

const HINT = 'npm run stack -- init';

/**
 * @returns what is in it, without the line's end; the concealment knows it from now on.
 * @throws Problem when it is not there, not readable or empty.
 */
export async function readSecretFile(
  folder: string,
  name: string,
  concealment: Concealment,
): Promise<string> {
  const file = join(folder, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Problem(`there is no ${file}: its key is unknown`, { hint: HINT });
    throw new Problem(`${file} cannot be read (${code})`, { hint: `ls -l ${folder}` });
  }
  const secret = text.trim();
  if (secret === '') throw new Problem(`${file} is empty`, { hint: `rm ${file} && ${HINT}` });
  concealment.add(secret);
  return secret;
}
