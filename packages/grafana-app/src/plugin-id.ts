export const PLUGIN_ID = 'uat-tracing-app';
export const ROOT = `/a/${PLUGIN_ID}`;
