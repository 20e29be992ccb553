/** Not `[REDACTED]`: the URL stays one that parses. The conventions' word for it. */
export const URL_MASK = 'REDACTED';

/**
 * Query parameters whose value is a credential: what the HTTP conventions list (AWS, Google and Azure signatures), and
 * what OAuth and API keys travel as. `code` and `state` are one-time credentials of OAuth.
 */
const PARAMETERS = [
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Goog-Signature',
  'X-Goog-Credential',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'access_token',
  'id_token',
  'refresh_token',
  'token',
  'auth',
  'api_key',
  'api-key',
  'apikey',
  'key',
  'password',
  'passwd',
  'pwd',
  'secret',
  'client_secret',
  'code',
  'state',
  'session',
  'sid',
  'jwt',
].join('|');

const USERINFO = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#@"'<>]{1,})@/gi;
const QUERY_VALUE = new RegExp(`([?&](?:${PARAMETERS})=)[^&#\\s"'<>]+`, 'gi');
const BARE_QUERY_VALUE = new RegExp(`((?:^|&)(?:${PARAMETERS})=)[^&#\\s]+`, 'gi');

/** Masks `user:password@` and the values of credential parameters in every URL within the text. */
export function maskUrlCredentials(text: string): string {
  return text
    .replace(USERINFO, (_, scheme: string, userinfo: string) =>
      userinfo.includes(':') ? `${scheme}${URL_MASK}:${URL_MASK}@` : `${scheme}${URL_MASK}@`,
    )
    .replace(QUERY_VALUE, `$1${URL_MASK}`);
}

/** The same for a query string without its URL (`url.query`), with or without the question mark. */
export function maskQuery(query: string): string {
  return query.replace(QUERY_VALUE, `$1${URL_MASK}`).replace(BARE_QUERY_VALUE, `$1${URL_MASK}`);
}
