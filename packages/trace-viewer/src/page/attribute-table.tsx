import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { AttributeView } from '../wire/api.ts';
import { CopyButton } from './copy-button.tsx';
import { type NamedAttribute, readableValue } from './known-attributes.ts';
import { attributeCondition, withCondition } from './query-text.ts';
import { address, go } from './router.tsx';

/** Characters; more are shown when asked for. */
const LONG_VALUE = 600;

export function unlabelled(attribute: AttributeView): NamedAttribute {
  return { ...attribute, label: undefined };
}

export interface AttributesProps {
  readonly title: string;
  readonly attributes: readonly NamedAttribute[];
  readonly listQuery: string;
}

export function Attributes({ title, attributes, listQuery }: AttributesProps): JSX.Element {
  return (
    <details open>
      <summary>{title}</summary>
      <AttributeTable attributes={attributes} listQuery={listQuery} />
    </details>
  );
}

export interface AttributeTableProps {
  readonly attributes: readonly NamedAttribute[];
  /** Undefined: these cannot be searched for. */
  readonly listQuery: string | undefined;
}

export function AttributeTable({ attributes, listQuery }: AttributeTableProps): JSX.Element | null {
  if (attributes.length === 0) return null;
  return (
    <dl class="attributes">
      {attributes.map((attribute) => (
        <AttributeRow key={attribute.key} attribute={attribute} listQuery={listQuery} />
      ))}
    </dl>
  );
}

function AttributeRow({
  attribute,
  listQuery,
}: {
  readonly attribute: NamedAttribute;
  readonly listQuery: string | undefined;
}): JSX.Element {
  const { key, label, value, type } = attribute;
  const [whole, setWhole] = useState(false);
  const readable = readableValue(attribute);
  const pretty = useMemo(() => prettyJson(readable), [readable]);
  const text = pretty ?? readable;
  const long = text.length > LONG_VALUE;
  const condition = listQuery === undefined ? undefined : attributeCondition(key, value);
  return (
    <div class="attribute">
      <dt title={key}>
        {label ?? key}
        {label !== undefined && <span class="key">{key}</span>}
      </dt>
      <dd>
        <span class={`value ${type} ${pretty === undefined ? '' : 'block'}`}>
          {long && !whole ? `${text.slice(0, LONG_VALUE)}…` : text === '' ? '""' : text}
        </span>
        {long && (
          <button type="button" class="link" onClick={() => setWhole(!whole)}>
            {whole ? 'less' : `all ${text.length} characters`}
          </button>
        )}
        <span class="attribute-actions">
          {condition !== undefined && (
            <button
              type="button"
              class="plain"
              title={`Traces with ${condition}`}
              aria-label={`Traces with this ${key}`}
              onClick={() => go(address('/', { q: withCondition(listQuery ?? '', condition) }))}
            >
              Filter
            </button>
          )}
          <CopyButton class="plain" title={`Copy the value of ${key}`} text={() => value}>
            Copy
          </CopyButton>
        </span>
      </dd>
    </div>
  );
}

/** Prompts and payloads come as JSON in text. */
function prettyJson(text: string): string | undefined {
  // Long numbers would come out rounded.
  if (!/^\s*[[{]/.test(text) || text.length > 50_000 || /\d{16}/.test(text)) return undefined;
  try {
    const pretty = JSON.stringify(JSON.parse(text), null, 2);
    return pretty.length > 40 ? pretty : undefined;
  } catch {
    return undefined;
  }
}
