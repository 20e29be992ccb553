import type { Annotation } from './dashboard.ts';
import { over } from './query.ts';

/**
 * A version of a service that was not there five minutes before. The services say it themselves, in the metrics that the SDK
 * sends when they are switched on.
 */
export function deployments(selector: string): Annotation {
  const running = `count by (service_name, service_version) (process_uptime_seconds{${selector}, service_version!=""}`;
  return {
    name: 'Deployments',
    query: over(`${running}) unless ${running} offset 5m)`, ''),
    color: 'blue',
    title: '{{service_name}} {{service_version}}',
  };
}

export function firingAlerts(selector: string): Annotation {
  return {
    name: 'Alerts',
    query: over(`ALERTS{alertstate="firing", alertname!="Watchdog", ${selector}}`, ''),
    color: 'red',
    title: '{{alertname}}',
  };
}
