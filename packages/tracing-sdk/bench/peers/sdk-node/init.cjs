const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
const { NodeSDK } = require('@opentelemetry/sdk-node');

new NodeSDK({
  serviceName: 'bench',
  instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
}).start();
