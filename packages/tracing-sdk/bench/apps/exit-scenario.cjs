/**
 * Ends BENCH_SPANS spans and leaves at once, in the way BENCH_EXIT_WAY names. The line `ended` carries the moment
 * (milliseconds since 1970) at which the exit begins.
 */
const { writeSync } = require('node:fs');

const say = (report) => writeSync(1, `${JSON.stringify(report)}\n`);
const now = () => performance.timeOrigin + performance.now();

module.exports.leave = function leave(tracer) {
  const way = process.env.BENCH_EXIT_WAY;
  const count = Number(process.env.BENCH_SPANS);
  const endSpans = (spans) => {
    for (let i = 0; i < spans; i++)
      tracer.startSpan('work', { attributes: { 'work.item': i, 'work.kind': 'unit' } }).end();
  };
  if (way === 'SIGKILL') {
    let ended = 0;
    setInterval(() => {
      endSpans(1);
      ended += 1;
      say({ bench: 'ended', ended, at: now() });
    }, 10);
    return;
  }
  // Not from the module's own evaluation: an error thrown there is a failed import in ESM.
  setImmediate(() => {
    const keepAlive = way === 'SIGTERM' || way === 'SIGINT' ? setInterval(() => {}, 1000) : undefined;
    endSpans(count);
    say({ bench: 'ended', ended: count, at: now() });
    if (way === 'process.exit()') process.exit(3);
    if (way === 'uncaught error') throw new Error('thrown on purpose by the exit benchmark');
    return keepAlive;
  });
};
