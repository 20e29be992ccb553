import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Facets, TraceSort } from '../wire/api.ts';
import { fieldOf, withField } from './query-text.ts';
import { address, goWith } from './router.tsx';
import { useLive } from './server-data.ts';
import { suggest, withSuggestion } from './suggestions.ts';
import { useTypedText } from './typed-text.ts';

export interface SearchBarProps {
  readonly query: string;
  readonly sort: TraceSort;
  readonly error: string | undefined;
  /** Arrow down: on to the list. */
  readonly onDown: () => void;
}

const SORTS: Readonly<Record<TraceSort, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  longest: 'Longest first',
  shortest: 'Shortest first',
  spans: 'Most spans first',
};

/** The query and controls that write it: what they show is read from it, so that there is one truth. */
export function SearchBar({ query, sort, error, onDown }: SearchBarProps): JSX.Element {
  const service = fieldOf(query, 'service');
  const operation = fieldOf(query, 'operation');
  const { data: facets } = useLive<Facets>(address('/api/facets', { service }), { intervalMillis: 5000 });
  const set = (text: string): void => goWith({ q: text });
  const services = facets?.services.map(([name]) => name) ?? [];
  return (
    <search class="search-bar">
      <QueryField query={query} error={error} keys={facets?.keys ?? []} onQuery={set} onDown={onDown} />
      <Choice
        label="Service"
        all="All services"
        value={service}
        values={services}
        onChange={(value) => set(withField(withField(query, 'operation', ''), 'service', value))}
      />
      <Choice
        label="Operation"
        all="All operations"
        value={operation}
        values={facets?.operations ?? []}
        onChange={(value) => set(withField(query, 'operation', value))}
      />
      <label class="box">
        <input
          type="checkbox"
          checked={fieldOf(query, 'status') === 'error'}
          onChange={({ currentTarget }) =>
            set(withField(query, 'status', currentTarget.checked ? 'error' : ''))
          }
        />
        Errors
      </label>
      <Choice
        label="Duration"
        all="Any duration"
        value={fieldOf(query, 'duration')}
        values={['>10ms', '>100ms', '>500ms', '>1s', '>10s']}
        onChange={(value) => set(withField(query, 'duration', value))}
      />
      <Choice
        label="Order"
        value={sort}
        values={Object.keys(SORTS)}
        names={SORTS}
        onChange={(value) => goWith({ sort: value === 'newest' ? undefined : value })}
      />
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  /** What no choice is called; without it, there is always one. */
  readonly all?: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}

function Choice({ label, all, value, values, names = {}, onChange }: ChoiceProps): JSX.Element {
  // Names in a query are compared without case.
  const same = values.find((each) => each.toLowerCase() === value.toLowerCase());
  const shown = same === undefined && value !== '' ? [value, ...values] : values;
  return (
    <select
      aria-label={label}
      class={value !== '' && all !== undefined ? 'set' : ''}
      value={same ?? value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    >
      {all !== undefined && <option value="">{all}</option>}
      {shown.map((each) => (
        <option key={each} value={each}>
          {names[each] ?? each}
        </option>
      ))}
    </select>
  );
}

interface QueryFieldProps {
  readonly query: string;
  readonly error: string | undefined;
  readonly keys: readonly string[];
  readonly onQuery: (query: string) => void;
  readonly onDown: () => void;
}

function QueryField({ query, error, keys, onQuery, onDown }: QueryFieldProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [text, write] = useTypedText(query, onQuery);
  const [focused, setFocused] = useState(false);
  const [picked, setPicked] = useState(-1);
  const suggestions = focused ? suggest(text, keys) : [];
  const change = (next: string): void => {
    setPicked(-1);
    write(next);
  };
  const take = (suggestion: string): void => {
    change(withSuggestion(text, suggestion));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const open = suggestions.length > 0;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (text === '') input.current?.blur();
      else change('');
    } else if (event.key === 'ArrowDown' && open) {
      event.preventDefault();
      setPicked((picked + 1) % suggestions.length);
    } else if (event.key === 'ArrowUp' && open && picked >= 0) {
      event.preventDefault();
      setPicked(picked - 1);
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      const suggestion = suggestions[picked];
      if (event.key === 'Enter' && suggestion !== undefined) take(suggestion);
      else {
        input.current?.blur();
        onDown();
      }
    }
  };
  return (
    <div class="query">
      <input
        ref={input}
        data-search
        type="text"
        role="combobox"
        aria-label="Search traces"
        aria-expanded={suggestions.length > 0}
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-activedescendant={picked >= 0 ? `suggestion-${picked}` : undefined}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : 'query-error'}
        placeholder="Search: text, service:checkout, http.route=/orders, duration:>100ms, -health   ( / )"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={text}
        onInput={({ currentTarget }) => change(currentTarget.value)}
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      />
      {error !== undefined && (
        <p id="query-error" class="problem" role="alert">
          {error}
        </p>
      )}
      <div
        id="suggestions"
        class="suggestions"
        role="listbox"
        aria-label="Suggestions"
        hidden={suggestions.length === 0}
      >
        {suggestions.map((suggestion, index) => (
          <div
            key={suggestion}
            id={`suggestion-${index}`}
            role="option"
            aria-selected={index === picked}
            // Before the field loses the focus.
            onMouseDown={(event) => {
              event.preventDefault();
              take(suggestion);
            }}
          >
            {suggestion}
          </div>
        ))}
      </div>
    </div>
  );
}
