/**
 * What signs a URL in the query strings of AWS, Azure and Google: the HTTP conventions ask for these to be masked as the
 * attribute is made. The redactor masks far more, before export.
 */
const SIGNATURE =
  /((?:^|[?&])(?:AWSAccessKeyId|Signature|sig|X-Goog-Signature|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token)=)[^&#]+/gi;

/** @param text a URL, or a query string without its question mark. */
export function maskSignatures(text: string): string {
  return text.replace(SIGNATURE, '$1REDACTED');
}
