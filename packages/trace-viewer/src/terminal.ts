/** `@uat/trace-viewer/terminal`: traces and figures drawn in a terminal. */
export { formatDuration } from './durations.ts';
export { createPaint, type Paint, type Style, wantsColours } from './terminal/colours.ts';
export { cleanText, displayWidth, padEnd, truncate } from './terminal/terminal-text.ts';
export { renderWaterfall, type WaterfallOptions } from './terminal/waterfall.ts';
export { hasFailed } from './traces/span-details.ts';
