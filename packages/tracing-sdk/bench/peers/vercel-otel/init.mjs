import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { registerOTel } from '@vercel/otel';

registerOTel({ serviceName: 'bench', instrumentations: ['auto', new HttpInstrumentation()] });
