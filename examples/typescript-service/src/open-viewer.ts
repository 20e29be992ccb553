import { startTraceViewer, type TraceViewer } from '@uat/trace-viewer';

const DEFAULT_PORT = 4318;

/** On 4318, where OTLP is sent by default, or else on a free port, unless the user named one. */
export async function openViewer(
  port: number | undefined,
  say: (text: string) => void,
): Promise<TraceViewer> {
  let viewer: TraceViewer;
  try {
    viewer = await startTraceViewer({ port: port ?? DEFAULT_PORT });
  } catch (error) {
    if (port !== undefined || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    viewer = await startTraceViewer({ port: 0 });
    say(`Port ${DEFAULT_PORT} is taken, so the viewer listens on a free one.`);
  }
  say(`OTLP receiver: ${viewer.url} (http/protobuf and http/json)`);
  say(`Page with the traces: ${viewer.url}/`);
  return viewer;
}
