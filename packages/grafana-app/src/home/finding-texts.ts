import { t } from '@grafana/i18n';
import { DASHBOARDS, dashboardUrl, PAGES, serviceUrl } from '../links.ts';
import type { Finding } from './findings.ts';

export interface FindingText {
  readonly title: string;
  /** The one thing to do about it. */
  readonly todo: string;
  readonly link?: { readonly to: string; readonly text: string };
}

/** Values come from outside: React shows them as text, so i18n must not turn them into markup. */
const raw = { interpolation: { escapeValue: false } };

/** @param isAdmin others may neither choose nor add a data source: they are told whom to ask, and get no link to it */
export function findingText(finding: Finding, isAdmin: boolean): FindingText {
  const text = textOf(finding);
  if (isAdmin || text.link === undefined || !FOR_ADMINS.includes(text.link.to)) return text;
  const { title, todo } = text;
  return { title, todo: `${todo} ${t('finding.ask', 'An administrator can do that.')}` };
}

const ADD_DATA_SOURCE = '/connections/datasources/new';
const FOR_ADMINS: readonly string[] = [PAGES.configuration, ADD_DATA_SOURCE];

function textOf(finding: Finding): FindingText {
  switch (finding.is) {
    case 'no-prometheus':
      return {
        title: t('finding.no-prometheus', 'There is no Prometheus data source'),
        todo: t(
          'finding.no-prometheus-todo',
          'Add the Prometheus that the OpenTelemetry Collector sends its span metrics to, then choose it in Configuration.',
        ),
        link: { to: ADD_DATA_SOURCE, text: t('finding.add-data-source', 'Add a data source') },
      };
    case 'prometheus-gone':
    case 'tempo-gone':
    case 'jaeger-gone':
      return {
        title: t('finding.gone', 'The data source {{uid}} that is configured is gone', {
          uid: finding.uid,
          ...raw,
        }),
        todo: t('finding.gone-todo', 'The likeliest other one is used. Choose one in Configuration.'),
        link: configuration(),
      };
    case 'prometheus-forbidden':
      return {
        title: t('finding.forbidden', 'You may not query Prometheus'),
        todo: t('finding.forbidden-todo', 'Ask an administrator for the right to query it: {{text}}', {
          text: finding.text,
          ...raw,
        }),
      };
    case 'prometheus-unreachable':
      return {
        title: t('finding.unreachable', 'Prometheus does not answer'),
        todo: t('finding.unreachable-todo', 'See that it runs, and test its data source: {{text}}', {
          text: finding.text,
          ...raw,
        }),
        link: configuration(),
      };
    case 'prometheus-failed':
      return {
        title: t('finding.failed', 'Prometheus refused a query'),
        todo: finding.text,
        link: configuration(),
      };
    case 'collector-unknown':
      return {
        title: t('finding.collector-unknown', 'This Prometheus knows no OpenTelemetry Collector'),
        todo: t(
          'finding.collector-unknown-todo',
          'Scrape it as job "otel-collector" (port 8888), or choose another data source.',
        ),
        link: configuration(),
      };
    case 'down':
      return {
        title: t('finding.down', '{{job}} is down', { job: finding.job, ...raw }),
        todo: t('finding.down-todo', 'Prometheus cannot scrape it. Look at its log, then start it again.'),
        link: pipeline(),
      };
    case 'no-spans':
      return {
        title: t('finding.no-spans', 'No spans arrive'),
        todo: t(
          'finding.no-spans-todo',
          'Point a service at the Collector: OTEL_EXPORTER_OTLP_ENDPOINT, port 4317 for gRPC or 4318 for HTTP. `uat-tracing doctor` says where they stop.',
        ),
        link: pipeline(),
      };
    case 'no-span-metrics':
      return {
        title: t('finding.no-span-metrics', 'Spans arrive, and there are no metrics of them'),
        todo: t(
          'finding.no-span-metrics-todo',
          "Add the span_metrics connector to the Collector's configuration, before tail sampling, and export it to this Prometheus.",
        ),
        link: pipeline(),
      };
    case 'no-recording-rules':
      return {
        title: t('finding.no-rules', 'The recording rules are not loaded'),
        todo: t(
          'finding.no-rules-todo',
          "Add the files of recording-rules/, in this plugin's folder, to rule_files in Prometheus' configuration: dashboards and alerts read what they record.",
        ),
        link: { to: PAGES.services, text: t('finding.see-services', 'See services') },
      };
    case 'spans-lost':
      return {
        title: t('finding.lost', 'The Collector loses spans'),
        todo: t('finding.lost-todo', 'See which exporter, and why: it is full, or refused.'),
        link: pipeline(),
      };
    case 'alert': {
      const { name, service, component } = finding.alert;
      const title =
        service === '' ? name : t('finding.alert', '{{name}}: {{service}}', { name, service, ...raw });
      if (component === 'service' && service !== '')
        return {
          title,
          todo: t(
            'finding.alert-service-todo',
            'See which of its operations fails or is slow, and follow one of its traces.',
          ),
          link: { to: serviceUrl(service), text: t('finding.see-service', 'See the service') },
        };
      return {
        title,
        todo: t('finding.alert-todo', 'Its rule says what to do, step by step.'),
        link: { to: alertUrl(name), text: t('finding.what-to-do', 'What to do') },
      };
    }
    case 'no-trace-store':
      return {
        title: t('finding.no-traces', 'There is no Tempo and no Jaeger data source'),
        todo: t(
          'finding.no-traces-todo',
          'Add one: without it there are numbers, and no traces behind them.',
        ),
        link: { to: ADD_DATA_SOURCE, text: t('finding.add-data-source', 'Add a data source') },
      };
  }
}

function configuration() {
  return { to: PAGES.configuration, text: t('finding.configuration', 'Configuration') };
}

function pipeline() {
  return { to: dashboardUrl(DASHBOARDS.pipeline), text: t('finding.pipeline', 'Tracing Pipeline') };
}

function alertUrl(name: string): string {
  return `${PAGES.alerts}?${new URLSearchParams({ search: name })}`;
}
