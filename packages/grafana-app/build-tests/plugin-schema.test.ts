import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { builtPlugin, pluginJson } from './built-plugin.ts';

/**
 * Grafana's own schema, `docs/sources/developers/plugins/plugin.schema.json` of its repository: not copied here, because
 * it is Grafana's and changes with it. The container workflow fetches it.
 */
const SCHEMA = process.env.GRAFANA_PLUGIN_SCHEMA;

describe.skipIf(SCHEMA === undefined)(
  `plugin.json against Grafana's schema${SCHEMA === undefined ? ' (skipped: GRAFANA_PLUGIN_SCHEMA names no file of it)' : ''}`,
  () => {
    test('is as it wants it', () => {
      // Its patterns are none in the mode `u`, and its formats are not those of ajv.
      const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false, allErrors: true });
      const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA!, 'utf8')));
      validate(pluginJson(builtPlugin()));
      expect(validate.errors ?? []).toEqual([]);
      expect(validate({ ...pluginJson(builtPlugin()), id: 'Wrong' })).toBe(false);
    });
  },
);
