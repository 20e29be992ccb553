import type { Row } from '../dashboard.ts';
import { alerts } from '../link.ts';
import { stat, timeSeries } from '../panel.ts';
import { now, over } from '../query.ts';
import { ANY_IS_BAD, goodFrom } from '../thresholds.ts';
import { allCalls, BY_ID, failedCalls, NODE } from './selectors.ts';

const UNREACHED = 'Prometheus does not reach Qdrant: see Scrape targets on the pipeline dashboard';

export const overview: Row = {
  title: 'Now',
  panels: [
    timeSeries('qdrantUp', {
      width: 8,
      height: 5,
      shows: 'Nodes that Prometheus reaches, and how many of them run which version.',
      todo: 'A node at 0: its log, then its memory. 401 in Prometheus: the read-only key is wrong. Two versions for long: a rolling update that has stopped.',
      unit: 'short',
      thresholds: goodFrom(1),
      min: 0,
      queries: [
        over(`up{${NODE}}`, '{{instance}}'),
        over(`count by (version) (qdrant_app_info{${NODE}})`, 'version {{version}}'),
      ],
      links: [alerts('qdrant'), allCalls],
      empty: UNREACHED,
    }),
    stat([100, 'Number of collections'], {
      width: 4,
      height: 5,
      shows: 'Collections, as the node with the most of them sees it.',
      todo: 'Nodes that disagree: look at the consensus below. Fewer than before: the audit log and the traces tell who deleted one.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [now(`max(qdrant_collections_total{${NODE}})`, 'Collections')],
      links: [allCalls],
      empty: UNREACHED,
    }),
    stat([101, 'Points'], {
      width: 4,
      height: 5,
      shows:
        'Points of the chosen collections on all chosen nodes, about. In a cluster every replica counts.',
      todo: 'A sudden fall is a deletion or a lost shard: compare with the replicas below.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [now(`sum(qdrant_collection_points{${BY_ID}})`, 'Points')],
      links: [allCalls],
      empty: 'No collection',
    }),
    stat([102, 'Vectors'], {
      width: 4,
      height: 5,
      shows:
        'Vectors in all collections of the chosen nodes. Points with several named vectors have several.',
      todo: 'Times dimensions times 4 bytes is the memory that they want, index aside: compare with Memory below.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [now(`sum(qdrant_collections_vector_total{${NODE}})`, 'Vectors')],
      links: [allCalls],
      empty: UNREACHED,
    }),
    stat([103, 'In recovery mode'], {
      width: 4,
      height: 5,
      shows:
        'Nodes in recovery mode, in which collections are not loaded and every search fails; and resources whose quota is used up, for which writes are refused.',
      todo: 'Recovery mode is set in the configuration, mostly after running out of memory: delete or shrink a collection, then take it out.',
      unit: 'short',
      thresholds: ANY_IS_BAD,
      min: 0,
      queries: [
        now(`sum(qdrant_app_status_recovery_mode{${NODE}})`, 'recovery mode'),
        now(`sum by (resource) (qdrant_quota_exceeded{${NODE}})`, '{{resource}} used up'),
      ],
      links: [alerts('qdrant'), failedCalls],
      empty: UNREACHED,
    }),
  ],
};
