import { css } from '@emotion/css';
import { type GrafanaTheme2, locationUtil } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import {
  Alert,
  Button,
  Card,
  Grid,
  Icon,
  LoadingPlaceholder,
  Stack,
  Text,
  TextLink,
  useStyles2,
} from '@grafana/ui';
import type { Choice } from '../grafana/choose-data-source.ts';
import { latest, type Series, single } from '../grafana/series.ts';
import { DASHBOARDS, dashboardUrl, PAGES, serviceUrl } from '../links.ts';
import { ButtonTo } from '../page/button-to.tsx';
import { Figure } from '../page/figure.tsx';
import { formatCount, formatSpanRate } from '../page/format.ts';
import { LinkTo } from '../page/link-to.tsx';
import { useTracing } from '../page/tracing-context.tsx';
import { type Loaded, useLoaded } from '../page/use-loaded.ts';
import { findingText } from './finding-texts.ts';
import { type Finding, findings, severityOf } from './findings.ts';
import type { HomeQueryName } from './home-queries.ts';
import { loadHome } from './load-home.ts';

type Answers = Record<HomeQueryName, readonly Series[]>;

/** More services are a page of their own. */
const SERVICES_SHOWN = 24;
const FINDINGS_SHOWN = 8;

export default function HomePage() {
  const { prometheus } = useTracing();
  return (
    <PluginPage
      subTitle={t('home.subtitle', 'Is tracing well, and if not, what is the one thing to do about it?')}
    >
      {prometheus.chosen === undefined ? (
        <Findings answers={undefined} />
      ) : (
        <HomeOf uid={prometheus.chosen.uid} />
      )}
    </PluginPage>
  );
}

function HomeOf({ uid }: { readonly uid: string }) {
  const loaded = useLoaded(uid, () => loadHome(uid));
  if (loaded.value === undefined && loaded.problem === undefined)
    return <LoadingPlaceholder text={t('loading.text', 'Loading ...')} />;
  return <Findings answers={loaded.problem ?? loaded.value} loaded={loaded} />;
}

function Findings({
  answers,
  loaded,
}: {
  readonly answers: Answers | Error | undefined;
  readonly loaded?: Loaded<Answers>;
}) {
  const { prometheus, tempo, jaeger } = useTracing();
  const facts = ({ chosen, gone }: Choice) => ({ chosen: chosen !== undefined, gone });
  const found = findings({
    prometheus: facts(prometheus),
    tempo: facts(tempo),
    jaeger: facts(jaeger),
    answers: answers as Parameters<typeof findings>[0]['answers'],
  });
  const [first, ...others] = found;
  return (
    <Stack direction="column" gap={3}>
      <div role="status">
        {first === undefined ? (
          <Alert severity="success" title={t('home.well', 'All is well')}>
            {t('home.well-text', 'Spans arrive, nothing is lost, no alert fires.')}
          </Alert>
        ) : (
          <First finding={first} {...(loaded === undefined ? {} : { onAgain: loaded.refresh })} />
        )}
      </div>
      {others.length > 0 && <Others found={others} />}
      {loaded?.value !== undefined && <Numbers answers={loaded.value} />}
      <DataSources />
      <Links />
    </Stack>
  );
}

function First({ finding, onAgain }: { readonly finding: Finding; readonly onAgain?: () => void }) {
  const { isAdmin } = useTracing();
  const { title, todo, link } = findingText(finding, isAdmin);
  return (
    <Alert severity={severityOf(finding)} title={title}>
      <Stack direction="column" gap={1.5} alignItems="flex-start">
        <span>{todo}</span>
        <Stack direction="row" gap={1}>
          {link !== undefined && (
            <ButtonTo size="sm" to={link.to}>
              {link.text}
            </ButtonTo>
          )}
          {onAgain !== undefined && (
            <Button size="sm" variant="secondary" onClick={onAgain}>
              {t('home.look-again', 'Look again')}
            </Button>
          )}
        </Stack>
      </Stack>
    </Alert>
  );
}

function Others({ found }: { readonly found: readonly Finding[] }) {
  const { isAdmin } = useTracing();
  const styles = useStyles2(getStyles);
  return (
    <section aria-label={t('home.then', 'Then')}>
      <Text element="h2" variant="h4">
        {t('home.then', 'Then')}
      </Text>
      <ul className={styles.list}>
        {found.slice(0, FINDINGS_SHOWN).map((finding) => {
          const { title, todo, link } = findingText(finding, isAdmin);
          return (
            <li key={JSON.stringify(finding)}>
              <Stack direction="row" gap={1} alignItems="baseline" wrap="wrap">
                <Icon name={severityOf(finding) === 'error' ? 'exclamation-circle' : 'info-circle'} />
                <Text weight="medium">{title}</Text>
                <Text color="secondary">{todo}</Text>
                {link !== undefined && <LinkTo to={link.to}>{link.text}</LinkTo>}
              </Stack>
            </li>
          );
        })}
      </ul>
      {found.length > FINDINGS_SHOWN && (
        <TextLink href="/alerting/list">
          {t('home.more', '{{number}} more', { number: found.length - FINDINGS_SHOWN })}
        </TextLink>
      )}
    </section>
  );
}

function Numbers({ answers }: { readonly answers: Answers }) {
  const services = answers.services
    .toSorted((a, b) => (latest(b) ?? 0) - (latest(a) ?? 0))
    .map(({ labels }) => labels.service_name ?? '');
  return (
    <section aria-label={t('home.now', 'Now')}>
      <Stack direction="column" gap={2}>
        <Text element="h2" variant="h4">
          {t('home.now', 'Now')}
        </Text>
        <Stack direction="row" gap={2} wrap="wrap">
          <Figure
            name={t('home.received', 'Spans received')}
            value={single(answers.received)}
            values={answers.receivedHistory[0]?.values ?? []}
            format={formatSpanRate}
          />
          <Figure
            name={t('home.lost', 'Spans lost')}
            value={single(answers.lost)}
            format={formatSpanRate}
            tone={(single(answers.lost) ?? 0) > 0 ? 'bad' : 'neutral'}
          />
          <Figure
            name={t('home.services', 'Services with requests')}
            value={services.length}
            format={formatCount}
          />
          <Figure
            name={t('home.firing', 'Alerts that fire')}
            value={answers.alerts.length}
            format={formatCount}
            tone={answers.alerts.length > 0 ? 'bad' : 'neutral'}
          />
        </Stack>
        {services.length > 0 && (
          <Stack direction="row" gap={1.5} wrap="wrap">
            <Text color="secondary">{t('home.busiest', 'Traced, the busiest first:')}</Text>
            {services.slice(0, SERVICES_SHOWN).map((service) => (
              <LinkTo key={service} to={serviceUrl(service)}>
                {service}
              </LinkTo>
            ))}
            {services.length > SERVICES_SHOWN && (
              <TextLink href={PAGES.services}>
                {t('home.all-services', 'all {{number}}', { number: services.length })}
              </TextLink>
            )}
          </Stack>
        )}
      </Stack>
    </section>
  );
}

function DataSources() {
  const { prometheus, tempo, jaeger, isAdmin } = useTracing();
  const rows: readonly (readonly [string, Choice])[] = [
    ['Prometheus', prometheus],
    ['Tempo', tempo],
    ['Jaeger', jaeger],
  ];
  return (
    <section aria-label={t('home.data-sources', 'Data sources')}>
      <Stack direction="column" gap={1}>
        <Text element="h2" variant="h4">
          {t('home.data-sources', 'Data sources')}
        </Text>
        {rows.map(([kind, { chosen }]) => (
          <Stack key={kind} direction="row" gap={1} alignItems="center">
            <Icon name={chosen === undefined ? 'times' : 'check'} />
            <Text>{kind}</Text>
            <Text color="secondary">{chosen?.name ?? t('home.none', 'none')}</Text>
          </Stack>
        ))}
        {isAdmin && (
          <TextLink href={PAGES.configuration}>{t('home.configure', 'Choose and test them')}</TextLink>
        )}
      </Stack>
    </section>
  );
}

function Links() {
  const { prometheus, settings } = useTracing();
  const variables = { prometheus_datasource: prometheus.chosen?.uid };
  const cards = [
    [
      PAGES.services,
      t('home.link.services', 'Services'),
      t('home.link.services-text', 'Rate, errors and durations of each'),
    ],
    [
      PAGES.vectorDb,
      t('home.link.vector-db', 'Vector DB'),
      t('home.link.vector-db-text', 'Collections of Qdrant'),
    ],
    [
      PAGES.alerts,
      t('home.link.alerts', 'Alerts'),
      t('home.link.alerts-text', 'See, set and import the rules'),
    ],
    [
      dashboardUrl(DASHBOARDS.services, variables),
      t('home.link.service-overview', 'Service Overview'),
      t('home.link.dashboard', 'Dashboard'),
    ],
    [
      dashboardUrl(DASHBOARDS.traces, variables),
      t('home.link.distributed-tracing', 'Distributed Tracing'),
      t('home.link.dashboard', 'Dashboard'),
    ],
    [
      dashboardUrl(DASHBOARDS.vectorDb, variables),
      t('home.link.vector-database', 'Vector Database'),
      t('home.link.dashboard', 'Dashboard'),
    ],
    [
      dashboardUrl(DASHBOARDS.pipeline, variables),
      t('home.link.pipeline', 'Tracing Pipeline'),
      t('home.link.dashboard', 'Dashboard'),
    ],
  ] as const;
  return (
    <nav aria-label={t('home.links', 'Go on to')}>
      <Grid minColumnWidth={34} gap={2}>
        {cards.map(([to, name, text]) => (
          <Card key={to} href={locationUtil.assureBaseUrl(to)} noMargin isCompact>
            <Card.Heading>{name}</Card.Heading>
            <Card.Description>{text}</Card.Description>
          </Card>
        ))}
        {settings.jaegerUrl !== undefined && (
          <Card href={settings.jaegerUrl} noMargin isCompact>
            <Card.Heading>{t('home.link.jaeger', 'Jaeger')}</Card.Heading>
            <Card.Description>{settings.jaegerUrl}</Card.Description>
          </Card>
        )}
      </Grid>
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    margin: theme.spacing(1, 0),
  }),
});
