/** Not `[REDACTED]`: the URL stays one that parses. The conventions' word for it. */
export const URL_MASK = 'REDACTED';

/**
 * Query parameters whose value is a credential: what the HTTP conventions list (AWS, Google and Azure signatures), and
 * what OAuth and API keys travel as. `code` and `state` are one-time credentials of OAuth.
 */
const PARAMETERS: readonly string[] = [
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
];
const PARAMETER_NAMES = new Set(PARAMETERS.map((name) => name.toLowerCase()));

const USERINFO = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#@"'<>]{1,})@/gi;
const QUERY_VALUE = new RegExp(`([?&](?:${PARAMETERS.join('|')})=)[^&#\\s"'<>]+`, 'gi');

/** Masks `user:password@` and the values of credential parameters in every URL within the text. */
export function maskUrlCredentials(text: string): string {
  let masked = text;
  // Nearly every text has neither; the searches cost a tenth of the patterns.
  if (text.includes('@')) masked = masked.replace(USERINFO, maskUserinfo);
  if (text.includes('?') && text.includes('=')) masked = masked.replace(QUERY_VALUE, `$1${URL_MASK}`);
  return masked;
}

/** The same for a text that is one URL, or the path of one. */
export function maskUrl(url: string): string {
  const masked = url.includes('@') ? url.replace(USERINFO, maskUserinfo) : url;
  const query = masked.indexOf('?');
  return query === -1 ? masked : masked.slice(0, query + 1) + maskQuery(masked.slice(query + 1));
}

/** The same for a query string without its URL (`url.query`). */
export function maskQuery(query: string): string {
  let masked = query;
  let from = 0;
  while (from < masked.length) {
    const ampersand = masked.indexOf('&', from);
    const to = ampersand === -1 ? masked.length : ampersand;
    const equals = masked.indexOf('=', from);
    if (equals !== -1 && equals < to && PARAMETER_NAMES.has(parameterName(masked.slice(from, equals)))) {
      masked = masked.slice(0, equals + 1) + URL_MASK + masked.slice(to);
      from = equals + 1 + URL_MASK.length + 1;
    } else {
      from = to + 1;
    }
  }
  return masked;
}

/** Lowercase, decoded where a client has hidden letters behind percent signs. */
function parameterName(name: string): string {
  const lower = name.toLowerCase();
  if (!lower.includes('%')) return lower;
  try {
    return decodeURIComponent(lower);
  } catch {
    return lower;
  }
}

function maskUserinfo(_: string, scheme: string, userinfo: string): string {
  return userinfo.includes(':') ? `${scheme}${URL_MASK}:${URL_MASK}@` : `${scheme}${URL_MASK}@`;
}
