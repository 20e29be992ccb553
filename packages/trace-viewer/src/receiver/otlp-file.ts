import { decodeTraces, MalformedOtlpError, type ReceivedSpan } from './otlp-parts.ts';

/**
 * Reads a file of OTLP JSON: one export request, or one a line, as the collector's file exporter writes them.
 *
 * @throws MalformedOtlpError saying in which line, OtlpTooLargeError
 */
export function decodeOtlpFile(content: Uint8Array): ReceivedSpan[] {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8').trim();
  if (text === '')
    throw new MalformedOtlpError('the file is empty; it should hold OTLP JSON with "resourceSpans"');
  const spans: ReceivedSpan[] = [];
  const lines = isOneDocument(text) ? [text] : text.split('\n');
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    try {
      for (const span of decodeTraces(Buffer.from(line), 'json')) spans.push(span);
    } catch (error) {
      if (lines.length > 1) (error as Error).message = `line ${index + 1}: ${(error as Error).message}`;
      throw error;
    }
  });
  if (spans.length === 0) {
    throw new MalformedOtlpError(
      'the file has no spans; OTLP JSON has them in resourceSpans[].scopeSpans[].spans',
    );
  }
  return spans;
}

function isOneDocument(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Lines, or not JSON at all: decoding them says which.
    return !text.includes('\n');
  }
}
