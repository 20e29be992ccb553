import { SCRAPED } from './jobs.ts';
import { type Emitter, gauge } from './metric.ts';

export const scrape: Emitter = {
  id: 'scrape',
  title: 'Prometheus, about each scrape',
  version: '3.15.0',
  path: 'made by Prometheus for every target',
  labels: SCRAPED,
  metrics: [
    gauge('up', '1', [], '1 where the last scrape of the target worked, else 0.'),
    gauge('scrape_duration_seconds', 's', [], 'How long the last scrape took.'),
    gauge('scrape_samples_scraped', '{sample}', [], 'Samples that the target printed.'),
  ],
};
