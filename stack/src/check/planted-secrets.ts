import { randomBytes } from 'node:crypto';

/** A secret that is in the probe and must be in no store. */
export interface PlantedSecret {
  /** Named in a report: where it was, never what it is. */
  readonly where: string;
  /** Searched for in answers. Made for this run, a secret of nobody. */
  readonly value: string;
}

/** Attributes and texts with a secret in each, in the shapes that the collector is configured to remove. */
export interface SecretBearing {
  readonly secrets: readonly PlantedSecret[];
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly spanAttributes: Readonly<Record<string, string>>;
  readonly spanName: string;
  readonly statusMessage: string;
  readonly exceptionMessage: string;
}

export function plantSecrets(spanName: string): SecretBearing {
  const secrets: PlantedSecret[] = [];
  const plant = (where: string, value = randomBytes(16).toString('hex')): string => {
    secrets.push({ where, value });
    return value;
  };
  const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    secrets,
    resourceAttributes: { 'service.api_key': plant('resource attribute service.api_key') },
    spanAttributes: {
      'db.password': plant('attribute db.password'),
      'http.request.header.authorization': `Bearer ${plant('attribute http.request.header.authorization')}`,
      'http.request.header.cookie': `session=${plant('attribute http.request.header.cookie')}`,
      'url.full': `https://shop:${plant('password in url.full')}@shop.example/pay?page=2&access_token=${plant('access_token in url.full')}`,
      'app.jwt_seen': `token ${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: 'stack-check' })}.${plant('JSON Web Token in an ordinary attribute')}`,
      'app.key_seen': `key sk-${plant('sk- key in an ordinary attribute')}`,
      'app.aws_seen': `key ${plant('AWS access key id in an ordinary attribute', awsKeyId())}`,
    },
    spanName: `${spanName}?token=${plant('span name')}`,
    statusMessage: `upstream refused Bearer ${plant('status message')}`,
    exceptionMessage: `401 for Bearer ${plant('exception.message of an event')}`,
  };
}

function awsKeyId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `AKIA${[...randomBytes(16)].map((byte) => letters[byte % letters.length]).join('')}`;
}
