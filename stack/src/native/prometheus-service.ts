import { setTimeout as delay } from 'node:timers/promises';
import { NativeService } from './native-service.ts';

/** One series of an instant query's answer. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class PrometheusService extends NativeService {
  /** @throws Error with what Prometheus says of a wrong expression */
  async query(expression: string): Promise<readonly Sample[]> {
    const answer = await this.api(`query?${new URLSearchParams({ query: expression })}`);
    const { resultType, result } = answer as {
      resultType: string;
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    if (resultType !== 'vector') throw new Error(`${expression} is a ${resultType}, not an instant vector`);
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** @returns the sum over all series; undefined when there is none */
  async total(expression: string): Promise<number | undefined> {
    const samples = await this.query(expression);
    return samples.length === 0 ? undefined : samples.reduce((sum, { value }) => sum + value, 0);
  }

  /** Asks until the sum is as wanted; throws with the last one when it is not in time. */
  async waitFor(
    expression: string,
    wanted: (total: number) => boolean,
    withinMillis = 60_000,
  ): Promise<number> {
    const deadline = performance.now() + withinMillis;
    for (;;) {
      const total = await this.total(expression);
      if (total !== undefined && wanted(total)) return total;
      if (performance.now() > deadline) {
        throw new Error(`${expression} is ${total ?? 'absent'} after ${withinMillis} ms`);
      }
      await delay(200);
    }
  }

  /** @returns every series whose name matches, with all labels */
  async series(match: string): Promise<readonly Readonly<Record<string, string>>[]> {
    return (await this.api(`series?${new URLSearchParams({ 'match[]': match })}`)) as Record<
      string,
      string
    >[];
  }

  /** @param path such as `targets` @returns the field `data` of the answer */
  async api(path: string): Promise<unknown> {
    const response = await fetch(`${this.url(9090)}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }
}
