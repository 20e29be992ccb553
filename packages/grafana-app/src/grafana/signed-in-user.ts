import { config } from '@grafana/runtime';

export interface SignedInUser {
  readonly orgId: number;
  readonly isAdmin: boolean;
  /** Those that Grafana put into its page, without their scopes; `undefined` where it put none. */
  readonly permissions: Readonly<Record<string, boolean>> | undefined;
}

export function signedInUser(): SignedInUser {
  const { orgId, orgRole, isGrafanaAdmin, permissions } = config.bootData.user;
  return { orgId, isAdmin: orgRole === 'Admin' || isGrafanaAdmin, permissions };
}
