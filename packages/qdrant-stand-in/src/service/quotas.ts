import { freemem, totalmem } from 'node:os';
import { FormatError, readBoolean, readObject, wrongType } from '../format-error.ts';
import type { Json, JsonObject } from '../json.ts';
import { invalid } from '../server-error.ts';

const PERCENTAGES = [
  ['max_resident_memory_percent', 1],
  ['max_disk_usage_percent', 1],
  ['release_margin_percent', 0],
] as const;

/** Kept and told, but nothing is refused because of them. */
export class Quotas {
  #config: JsonObject = { enabled: false };

  status(): Json {
    return {
      config: this.#config,
      usage: {
        resident_memory_percent: Math.round((1 - freemem() / totalmem()) * 100),
        disk_usage_percent: null,
      },
    };
  }

  update(body: unknown): void {
    const request = readObject(body, 'QuotaConfig');
    const config: JsonObject = { enabled: readBoolean(request.enabled) ?? false };
    for (const [name, least] of PERCENTAGES) {
      const value = request[name];
      if (value === undefined || value === null) continue;
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'u8');
      if (value < 0 || value > 255) throw new FormatError(`invalid value: integer \`${value}\`, expected u8`);
      if (value < least || value > 100)
        throw invalid('JSON body', name, `value ${value} invalid, must be from ${least} to 100`);
      config[name] = value;
    }
    this.#config = config;
  }
}
