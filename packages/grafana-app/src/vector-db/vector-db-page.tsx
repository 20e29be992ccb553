import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, type Column, EmptyState, InteractiveTable, Stack } from '@grafana/ui';
import { useMemo } from 'react';
import { queryPrometheus } from '../grafana/prometheus.ts';
import { latest, type Series, single } from '../grafana/series.ts';
import { DASHBOARDS, dashboardUrl, environmentAttributes, exploreUrl } from '../links.ts';
import { ButtonTo } from '../page/button-to.tsx';
import { EnvironmentPicker } from '../page/environment-picker.tsx';
import { Figure } from '../page/figure.tsx';
import { formatCount, formatRate, formatSeconds, formatShare } from '../page/format.ts';
import { LoadedView } from '../page/loaded-view.tsx';
import { NoDataSource } from '../page/no-data-source.tsx';
import { numberColumn } from '../page/number-column.ts';
import { RowLink } from '../page/row-link.tsx';
import { SearchInput } from '../page/search-input.tsx';
import { useSearchState } from '../page/search-state.ts';
import { useTracing } from '../page/tracing-context.tsx';
import { useLoaded } from '../page/use-loaded.ts';
import { ValueWithSparkline } from '../page/value-with-sparkline.tsx';
import { type CollectionQueryName, collectionQueries } from './collection-queries.ts';
import { type CollectionRow, collectionRows } from './collection-rows.ts';

export default function VectorDbPage() {
  const { prometheus } = useTracing();
  const [search] = useSearchState();
  return (
    <PluginPage
      actions={
        <ButtonTo
          icon="apps"
          to={dashboardUrl(DASHBOARDS.vectorDb, {
            environment: search.get('environment') ?? undefined,
            prometheus_datasource: prometheus.chosen?.uid,
          })}
        >
          {t('vector-db.dashboard', 'Dashboard')}
        </ButtonTo>
      }
    >
      {prometheus.chosen === undefined ? <NoDataSource /> : <CollectionsOf uid={prometheus.chosen.uid} />}
    </PluginPage>
  );
}

function CollectionsOf({ uid }: { readonly uid: string }) {
  const { environmentLabel } = useTracing();
  const [search] = useSearchState();
  const environment = search.get('environment') ?? undefined;
  const loaded = useLoaded(JSON.stringify([uid, environmentLabel, environment]), () =>
    queryPrometheus(uid, collectionQueries(environmentLabel, environment)),
  );
  return (
    <LoadedView loaded={loaded}>
      {(answers) => <Collections answers={answers} loading={loaded.loading} onRefresh={loaded.refresh} />}
    </LoadedView>
  );
}

interface Props {
  readonly answers: Readonly<Record<CollectionQueryName, readonly Series[]>>;
  readonly loading: boolean;
  readonly onRefresh: () => void;
}

function Collections({ answers, loading, onRefresh }: Props) {
  const { environmentLabel } = useTracing();
  const [search, change] = useSearchState();
  const text = search.get('search') ?? '';
  const environment = search.get('environment') ?? '';
  const rows = useMemo(() => collectionRows(answers), [answers]);
  const shown = useMemo(
    () => rows.filter(({ collection }) => collection.toLowerCase().includes(text.trim().toLowerCase())),
    [rows, text],
  );
  const { servers, serverP95, serverErrors, environments } = answers;
  const up = servers.filter((series) => latest(series) === 1).length;
  if (rows.length === 0 && servers.length === 0 && environments.length === 0) return <NoVectorDb />;
  const slowest = serverP95.map((series) => latest(series)).filter((value) => value !== undefined);
  return (
    <>
      {up < servers.length && (
        <Alert
          severity="error"
          title={t('vector-db.down', '{{down}} of {{all}} Qdrant servers are down', {
            down: servers.length - up,
            all: servers.length,
          })}
        >
          {t(
            'vector-db.down-text',
            'Prometheus cannot scrape them. Look at their log, then start them again.',
          )}
        </Alert>
      )}
      {servers.length === 0 && (
        <Alert severity="info" title={t('vector-db.no-server', 'Prometheus does not scrape Qdrant')}>
          {t(
            'vector-db.no-server-text',
            'Shown is what clients see. For sizes and the time in the server, scrape it as job "qdrant" (port 6333, /metrics).',
          )}
        </Alert>
      )}
      <Stack direction="row" gap={2} wrap="wrap">
        <Figure name={t('vector-db.servers', 'Servers up')} value={up} format={formatCount} />
        <Figure
          name={t('vector-db.server-p95', 'Searches on the server, p95')}
          value={slowest.length === 0 ? undefined : Math.max(...slowest)}
          format={formatSeconds}
        />
        <Figure
          name={t('vector-db.server-errors', 'Answers with 5xx')}
          value={single(serverErrors)}
          format={formatRate}
          tone={(single(serverErrors) ?? 0) > 0 ? 'bad' : 'neutral'}
        />
      </Stack>
      <Stack direction="row" gap={2} alignItems="center" wrap="wrap">
        <SearchInput
          label={t('vector-db.search', 'Search collections')}
          value={text}
          onChange={(value) => change({ search: value })}
        />
        <EnvironmentPicker
          environments={environments.map(({ labels }) => labels[environmentLabel])}
          value={environment}
          onChange={(chosen) => change({ environment: chosen })}
        />
        <Button variant="secondary" icon="sync" onClick={onRefresh} disabled={loading}>
          {t('vector-db.refresh', 'Refresh')}
        </Button>
      </Stack>
      {shown.length === 0 ? (
        <EmptyState
          variant="not-found"
          message={
            rows.length === 0
              ? t('vector-db.no-collections', 'There is no collection yet')
              : t('vector-db.none-found', 'No collection is like that')
          }
        />
      ) : (
        <CollectionTable rows={shown} environment={environment} />
      )}
    </>
  );
}

interface TableProps {
  readonly rows: CollectionRow[];
  /** Empty: all. */
  readonly environment: string;
}

function CollectionTable({ rows, environment }: TableProps) {
  const { traces, prometheus, environmentLabel } = useTracing();
  const columns = useMemo(
    (): Column<CollectionRow>[] => [
      { id: 'collection', header: t('vector-db.column.collection', 'Collection'), sortType: 'string' },
      numberColumn('points', t('vector-db.column.points', 'Points'), (row) =>
        row.withReplicas
          ? t('vector-db.with-replicas', '{{points}}, every replica counted', {
              points: formatCount(row.points),
            })
          : formatCount(row.points),
      ),
      numberColumn('unindexed', t('vector-db.column.unindexed', 'Not indexed'), (row) =>
        (row.optimizing ?? 0) > 0
          ? t('vector-db.optimizing', '{{points}}, optimizing', {
              points: formatCount(row.unindexed),
            })
          : formatCount(row.unindexed),
      ),
      numberColumn('calls', t('vector-db.column.calls', 'Calls'), (row) => formatRate(row.calls)),
      numberColumn('errors', t('vector-db.column.errors', 'Errors'), (row) => formatShare(row.errors)),
      numberColumn('p95', t('vector-db.column.p95', 'p95 of clients'), (row) => (
        <ValueWithSparkline value={row.p95} values={row.p95History} format={formatSeconds} label="p95" />
      )),
      {
        id: 'links',
        header: t('vector-db.column.links', 'Open'),
        disableGrow: true,
        cell: ({ row: { original } }) => (
          <Stack direction="row" gap={0.5}>
            <RowLink
              icon="apps"
              tooltip={t('vector-db.dashboard', 'Dashboard')}
              label={t('vector-db.dashboard-of', 'Dashboard of {{collection}}', {
                collection: original.collection,
                interpolation: { escapeValue: false },
              })}
              to={dashboardUrl(DASHBOARDS.vectorDb, {
                collection: original.collection,
                environment,
                prometheus_datasource: prometheus.chosen?.uid,
              })}
            />
            {traces?.type === 'tempo' && (
              <RowLink
                icon="compass"
                tooltip={t('vector-db.traces', 'Traces')}
                label={t('vector-db.traces-of', 'Traces of {{collection}}', {
                  collection: original.collection,
                  interpolation: { escapeValue: false },
                })}
                to={exploreUrl(traces, {
                  attributes: { 'db.collection.name': original.collection },
                  resource: environmentAttributes(environmentLabel, environment),
                })}
              />
            )}
          </Stack>
        ),
      },
    ],
    [traces, prometheus, environmentLabel, environment],
  );
  return (
    <InteractiveTable
      columns={columns}
      data={rows}
      getRowId={({ collection }: CollectionRow) => collection}
      pageSize={50}
      autoResetPage={false}
    />
  );
}

function NoVectorDb() {
  return (
    <EmptyState variant="not-found" message={t('vector-db.empty', 'Prometheus knows of no Qdrant')}>
      {t(
        'vector-db.empty-text',
        'Scrape Qdrant as job "qdrant" (port 6333, /metrics), or let a service with @uat/qdrant-instrumentation call it.',
      )}
    </EmptyState>
  );
}
