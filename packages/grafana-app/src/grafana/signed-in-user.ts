import { config } from '@grafana/runtime';

export interface SignedInUser {
  readonly orgId: number;
  readonly isAdmin: boolean;
}

export function signedInUser(): SignedInUser {
  const { orgId, orgRole, isGrafanaAdmin } = config.bootData.user;
  return { orgId, isAdmin: orgRole === 'Admin' || isGrafanaAdmin };
}
