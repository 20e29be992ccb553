export type Variables = Readonly<Record<string, string | undefined>>;

const EXPRESSION = /\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+?])([^}]*))?\})/g;

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+alternative}`; `$$` is a dollar sign. An
 * unset variable is empty, also after `?`: refusing is Compose's own affair. No expressions within expressions.
 *
 * @see https://docs.docker.com/reference/compose-file/interpolation/
 */
export function interpolate(text: string, variables: Variables): string {
  return text.replace(EXPRESSION, (whole, bare?: string, name?: string, operator?: string, word = '') => {
    if (whole === '$$') return '$';
    const value = variables[bare ?? (name as string)];
    // With a colon, empty counts as unset.
    const isSet = value !== undefined && !(operator?.startsWith(':') === true && value === '');
    if (operator?.endsWith('-')) return isSet ? value : word;
    if (operator?.endsWith('+')) return isSet ? word : '';
    return value ?? '';
  });
}
