import { config } from '@grafana/runtime';

/** Where people open Grafana, with the path it has there, as its `root_url` says; Grafana's own notifications say the same. */
export function grafanaUrl(): string {
  return config.appUrl;
}
