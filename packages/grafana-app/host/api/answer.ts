export type Role = 'Viewer' | 'Editor' | 'Admin';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly search: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON, parsed; a form or nothing as text. */
  readonly body: unknown;
  readonly role: Role;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** As Grafana's API says what is wrong. */
export function problem(status: number, message: string, more: object = {}): Answer {
  return { status, body: { message, ...more } };
}

export function forbidden(permission: string): Answer {
  return problem(
    403,
    `You'll need additional permissions to perform this action. Permissions needed: ${permission}`,
    { accessErrorId: 'ACE0000000000', title: 'Access denied' },
  );
}
