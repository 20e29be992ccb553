import { t } from '@grafana/i18n';
import { type Column, InteractiveTable, Stack } from '@grafana/ui';
import { useCallback, useMemo, useRef, useState } from 'react';
import { DASHBOARDS, dashboardUrl, environmentAttributes, exploreUrl, serviceUrl } from '../links.ts';
import { formatRate, formatSeconds, formatShare } from '../page/format.ts';
import { LinkTo } from '../page/link-to.tsx';
import { numberColumn } from '../page/number-column.ts';
import { RowLink } from '../page/row-link.tsx';
import { type Order, writeOrder } from '../page/row-order.ts';
import { useTracing } from '../page/tracing-context.tsx';
import { ValueWithSparkline } from '../page/value-with-sparkline.tsx';
import type { ServiceColumn } from './service-filter.ts';
import type { ServiceRow } from './service-rows.ts';

const ROWS_ON_A_PAGE = 50;

interface Props {
  readonly rows: ServiceRow[];
  readonly order: Order<ServiceColumn>;
  readonly onOrder: (order: string) => void;
}

export function ServiceTable({ rows, order, onOrder }: Props) {
  const { traces, prometheus, environmentLabel } = useTracing();
  const columns = useMemo(
    (): Column<ServiceRow>[] => [
      {
        id: 'service',
        header: t('services.column.service', 'Service'),
        sortType: 'string',
        cell: ({ row: { original } }) => (
          <LinkTo to={serviceUrl(original.service, original.environment)}>
            {original.namespace === '' ? original.service : `${original.namespace}/${original.service}`}
          </LinkTo>
        ),
      },
      {
        id: 'environment',
        header: t('services.column.environment', 'Environment'),
        sortType: 'string',
        visible: (data) => new Set(data.map(({ environment }) => environment)).size > 1,
      },
      numberColumn('requests', t('services.column.requests', 'Requests'), (row) => (
        <ValueWithSparkline
          value={row.requests}
          values={row.requestsHistory}
          format={formatRate}
          label={t('services.column.requests', 'Requests')}
        />
      )),
      numberColumn('errors', t('services.column.errors', 'Errors'), (row) => (
        <ValueWithSparkline
          value={row.errors}
          values={row.errorsHistory}
          format={formatShare}
          formatHistory={formatRate}
          label={t('services.errors-a-second', 'Failed requests')}
          tone="bad"
        />
      )),
      numberColumn('p50', 'p50', (row) => formatSeconds(row.p50)),
      numberColumn('p95', 'p95', (row) => (
        <ValueWithSparkline value={row.p95} values={row.p95History} format={formatSeconds} label="p95" />
      )),
      numberColumn('p99', 'p99', (row) => formatSeconds(row.p99)),
      {
        id: 'links',
        header: t('services.column.links', 'Open'),
        disableGrow: true,
        cell: ({ row: { original } }) => (
          <Stack direction="row" gap={0.5}>
            <RowLink
              icon="apps"
              tooltip={t('services.dashboard', 'Dashboard')}
              label={t('services.dashboard-of', 'Dashboard of {{service}}', {
                service: original.service,
                interpolation: { escapeValue: false },
              })}
              to={dashboardUrl(DASHBOARDS.services, {
                service: original.service,
                environment: original.environment,
                prometheus_datasource: prometheus.chosen?.uid,
              })}
            />
            {traces !== undefined && (
              <RowLink
                icon="compass"
                tooltip={t('services.traces', 'Traces')}
                label={t('services.traces-of', 'Traces of {{service}}', {
                  service: original.service,
                  interpolation: { escapeValue: false },
                })}
                to={exploreUrl(traces, {
                  service: original.service,
                  resource: environmentAttributes(environmentLabel, original.environment),
                })}
              />
            )}
          </Stack>
        ),
      },
    ],
    [traces, prometheus, environmentLabel],
  );
  // The table tells its order again for each new function, and when it has just been told it.
  const told = useRef({ order: writeOrder(order), onOrder });
  told.current = { order: writeOrder(order), onOrder };
  const fetchData = useCallback(({ sortBy: [sorted] }: { sortBy: { id: string; desc?: boolean }[] }) => {
    if (sorted === undefined) return;
    const next = writeOrder({ by: sorted.id, descending: sorted.desc ?? false });
    if (next !== told.current.order) told.current.onOrder(next);
  }, []);
  const [initialSortBy] = useState(() => [{ id: order.by, desc: order.descending }]);
  return (
    <InteractiveTable
      columns={columns}
      data={rows}
      getRowId={({ key }: ServiceRow) => key}
      pageSize={ROWS_ON_A_PAGE}
      autoResetPage={false}
      initialSortBy={initialSortBy}
      disableSortRemove
      fetchData={fetchData}
    />
  );
}
