import type { PluginExtensionAddedLinkConfig } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { PAGES, serviceUrl } from '../links.ts';
import { type ServiceInContext, serviceOfPanel, serviceOfTrace } from './service-in-context.ts';

const TITLE = 'Service in UAT Tracing';

/** As `plugin.json` declares them, or Grafana does not take them; so these texts are not translated. */
export const TRACE_LINK: PluginExtensionAddedLinkConfig = {
  title: TITLE,
  description: 'Rate, errors and durations of the service that this trace began in.',
  targets: 'grafana/traceview/header/actions',
  icon: 'chart-line',
  path: PAGES.services,
  configure: (context) => linkTo(serviceOfTrace(context)),
};

export const PANEL_LINK: PluginExtensionAddedLinkConfig = {
  title: TITLE,
  description: 'Rate, errors and durations of the service that this dashboard shows.',
  targets: 'grafana/dashboard/panel/menu',
  icon: 'chart-line',
  path: PAGES.services,
  configure: (context) => linkTo(serviceOfPanel(context, locationService.getLocation().search)),
};

/** Where no service is meant, there is no link. */
function linkTo(found: ServiceInContext | undefined): { path: string } | undefined {
  return found && { path: serviceUrl(found.service, found.environment) };
}
