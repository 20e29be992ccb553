import type { JSX } from 'preact';

/** What to do while there is nothing to see. */
export function Welcome({
  endpoint,
  evicted,
}: {
  readonly endpoint: string;
  readonly evicted: number;
}): JSX.Element {
  const { host } = new URL(endpoint);
  return (
    <div class="welcome">
      <h2>{evicted > 0 ? 'No traces here now' : 'Waiting for the first trace'}</h2>
      <p>Send OTLP over HTTP to {host}. Any language's SDK does with:</p>
      <pre>
        {`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`}
      </pre>
      <p>A Node.js service needs no code for it:</p>
      <pre>{`npm install @uat/tracing-sdk @opentelemetry/api
npx @uat/trace-viewer -- node --import @uat/tracing-sdk/register app.js`}</pre>
      <p>Or drop a file of OTLP JSON on this page.</p>
    </div>
  );
}
