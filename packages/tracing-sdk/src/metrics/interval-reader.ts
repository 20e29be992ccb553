import { MetricReader, type MetricReaderOptions, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Collects at an interval whose timer does not hold the process. */
export class IntervalReader extends MetricReader {
  readonly #intervalMillis: number;
  readonly #deliver: (collected: ResourceMetrics) => Promise<boolean>;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<boolean> = Promise.resolve(true);
  #underWay = 0;

  constructor(
    options: MetricReaderOptions,
    intervalMillis: number,
    deliver: (collected: ResourceMetrics) => Promise<boolean>,
  ) {
    super(options);
    this.#intervalMillis = intervalMillis;
    this.#deliver = deliver;
  }

  override onInitialized(): void {
    this.#timer = setInterval(() => {
      // One that takes longer than the interval is not overtaken.
      if (this.#underWay === 0) void this.collectAndDeliver();
    }, this.#intervalMillis);
    this.#timer.unref();
  }

  /** After the one that is under way. Never rejects; false where it could not be delivered. */
  collectAndDeliver(): Promise<boolean> {
    this.#underWay++;
    this.#last = this.#last
      .then(async () => {
        const { resourceMetrics } = await this.collect();
        return resourceMetrics.scopeMetrics.length === 0 || (await this.#deliver(resourceMetrics));
      })
      .catch(() => false)
      .finally(() => {
        this.#underWay--;
      });
    return this.#last;
  }

  override async onForceFlush(): Promise<void> {
    await this.collectAndDeliver();
  }

  override async onShutdown(): Promise<void> {
    clearInterval(this.#timer);
  }
}
