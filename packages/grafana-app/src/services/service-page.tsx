import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import { useMemo } from 'react';
import { useParams } from 'react-router';
import { DASHBOARDS, dashboardUrl, environmentAttributes, exploreUrl, jaegerUrl, PAGES } from '../links.ts';
import { ButtonTo } from '../page/button-to.tsx';
import { Figure } from '../page/figure.tsx';
import { formatRate, formatSeconds, formatShare } from '../page/format.ts';
import { LoadedView } from '../page/loaded-view.tsx';
import { NoDataSource } from '../page/no-data-source.tsx';
import { numberColumn } from '../page/number-column.ts';
import { useSearchState } from '../page/search-state.ts';
import { useTracing } from '../page/tracing-context.tsx';
import { useLoaded } from '../page/use-loaded.ts';
import { loadService, type ServiceDetails } from './load-services.ts';
import type { PartRow } from './service-rows.ts';

export default function ServicePage() {
  const { service = '' } = useParams();
  const { prometheus } = useTracing();
  const [search] = useSearchState();
  const environment = search.get('environment') ?? undefined;
  return (
    <PluginPage
      pageNav={{
        text: service,
        ...(environment === undefined ? {} : { subTitle: environment }),
        parentItem: { text: t('service.parent', 'Services'), url: PAGES.services },
      }}
      actions={<ServiceLinks service={service} environment={environment} />}
    >
      {prometheus.chosen === undefined ? (
        <NoDataSource />
      ) : (
        <ServiceOf uid={prometheus.chosen.uid} service={service} environment={environment} />
      )}
    </PluginPage>
  );
}

interface Props {
  readonly service: string;
  readonly environment: string | undefined;
}

function ServiceLinks({ service, environment }: Props) {
  const { traces, prometheus, settings, environmentLabel } = useTracing();
  const resource = environmentAttributes(environmentLabel, environment);
  return (
    <Stack direction="row" gap={1} wrap="wrap">
      <ButtonTo
        variant="primary"
        icon="apps"
        to={dashboardUrl(DASHBOARDS.services, {
          service,
          environment,
          prometheus_datasource: prometheus.chosen?.uid,
        })}
      >
        {t('service.dashboard', 'Dashboard')}
      </ButtonTo>
      {traces !== undefined && (
        <>
          <ButtonTo variant="secondary" icon="compass" to={exploreUrl(traces, { service, resource })}>
            {t('service.traces', 'Traces')}
          </ButtonTo>
          <ButtonTo
            variant="secondary"
            icon="compass"
            to={exploreUrl(traces, { service, resource, failed: true })}
          >
            {t('service.failed-traces', 'Failed traces')}
          </ButtonTo>
        </>
      )}
      {settings.jaegerUrl !== undefined && (
        <ButtonTo
          variant="secondary"
          icon="external-link-alt"
          to={jaegerUrl(settings.jaegerUrl, service, resource)}
        >
          {t('service.jaeger', 'Jaeger')}
        </ButtonTo>
      )}
    </Stack>
  );
}

function ServiceOf({ uid, service, environment }: Props & { readonly uid: string }) {
  const { environmentLabel } = useTracing();
  const loaded = useLoaded(JSON.stringify([uid, environmentLabel, service, environment]), () =>
    loadService(uid, environmentLabel, service, environment),
  );
  return <LoadedView loaded={loaded}>{(details) => <Details details={details} />}</LoadedView>;
}

function Details({ details: { rows, operations, databases } }: { readonly details: ServiceDetails }) {
  const { environmentLabel } = useTracing();
  return (
    <>
      {rows.length === 0 && (
        <Alert
          severity="info"
          title={t('service.quiet', 'This service has had no request within the last five minutes')}
        >
          {t(
            'service.quiet-text',
            'Either nobody calls it, or its spans do not arrive: Home says which. Its dashboard and its traces show what was before.',
          )}
        </Alert>
      )}
      {rows.map((row) => (
        <Stack key={row.key} direction="column" gap={1}>
          {rows.length > 1 && <Text element="h2" variant="h5">{`${row.namespace} ${row.environment}`}</Text>}
          <Stack direction="row" gap={2} wrap="wrap">
            <Figure
              name={t('service.requests', 'Requests')}
              value={row.requests}
              format={formatRate}
              values={row.requestsHistory}
            />
            <Figure
              name={t('service.errors', 'Errors')}
              value={row.errors}
              format={formatShare}
              tone={(row.errors ?? 0) > 0 ? 'bad' : 'neutral'}
            />
            <Figure name="p50" value={row.p50} format={formatSeconds} />
            <Figure name="p95" value={row.p95} format={formatSeconds} values={row.p95History} />
            <Figure name="p99" value={row.p99} format={formatSeconds} />
          </Stack>
        </Stack>
      ))}
      <Parts
        title={t('service.operations', 'Operations')}
        empty={t('service.no-operations', 'None was called within the last five minutes.')}
        rows={operations}
        nameOf={operationName}
        environmentLabel={environmentLabel}
      />
      {databases.length > 0 && (
        <Parts
          title={t('service.databases', 'Databases that it calls')}
          empty=""
          rows={databases}
          nameOf={databaseName}
          environmentLabel={environmentLabel}
        />
      )}
    </>
  );
}

// Not within Details: a new function in each render would make all rows anew.
const operationName = ({ labels }: PartRow): string => labels.span_name ?? '';
const databaseName = ({ labels }: PartRow): string =>
  [labels.db_system_name, labels.db_collection_name].filter(Boolean).join(' / ');

interface PartsProps {
  readonly title: string;
  readonly empty: string;
  readonly rows: readonly PartRow[];
  readonly nameOf: (row: PartRow) => string;
  readonly environmentLabel: string;
}

function Parts({ title, empty, rows, nameOf, environmentLabel }: PartsProps) {
  const data = useMemo(
    () => rows.map((row) => ({ ...row, name: nameOf(row), environment: row.labels[environmentLabel] ?? '' })),
    [rows, nameOf, environmentLabel],
  );
  type Row = (typeof data)[number];
  const columns = useMemo(
    (): Column<Row>[] => [
      { id: 'name', header: t('service.column.name', 'Name'), sortType: 'string' },
      {
        id: 'environment',
        header: t('service.column.environment', 'Environment'),
        sortType: 'string',
        visible: (all) => new Set(all.map(({ environment }) => environment)).size > 1,
      },
      numberColumn('requests', t('service.column.requests', 'Requests'), (row) => formatRate(row.requests)),
      numberColumn('errors', t('service.column.errors', 'Errors'), (row) => formatShare(row.errors)),
      numberColumn('p95', 'p95', (row) => formatSeconds(row.p95)),
    ],
    [],
  );
  return (
    <section aria-label={title}>
      <Text element="h2" variant="h4">
        {title}
      </Text>
      {data.length === 0 ? (
        <Text element="p" color="secondary">
          {empty}
        </Text>
      ) : (
        <InteractiveTable
          columns={columns}
          data={data}
          getRowId={({ key }: Row) => key}
          pageSize={25}
          autoResetPage={false}
        />
      )}
    </section>
  );
}
