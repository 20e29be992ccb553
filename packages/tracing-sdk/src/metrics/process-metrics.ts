import type { Meter } from '@opentelemetry/api';

/** https://opentelemetry.io/docs/specs/semconv/system/process-metrics/ */
export function observeProcess(meter: Meter): void {
  meter
    .createObservableGauge('process.uptime', {
      description: 'The time the process has been running.',
      unit: 's',
    })
    .addCallback((result) => result.observe(process.uptime()));
  meter
    .createObservableUpDownCounter('process.memory.usage', {
      description: 'The amount of physical memory in use.',
      unit: 'By',
    })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process.cpu.time', {
      description: 'Total CPU seconds broken down by different states.',
      unit: 's',
    })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { 'cpu.mode': 'user' });
      result.observe(system / 1e6, { 'cpu.mode': 'system' });
    });
}
