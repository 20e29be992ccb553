export const NAME = '@uat/qdrant-instrumentation';
export const VERSION = '0.1.0';
