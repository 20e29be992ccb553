import { context, propagation, trace } from '@opentelemetry/api';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { AnswerStore } from './answer-store.ts';
import type { Completion } from './completion.ts';
import { completeOverHttp } from './completion-over-http.ts';
import { completeOverWebSocket } from './completion-over-websocket.ts';
import { DOCUMENTATION } from './documentation-index.ts';
import { otherServices } from './other-services.ts';
import { findPassages } from './passages.ts';
import { qdrantFailure } from './qdrant-failure.ts';
import { readTexts } from './request-texts.ts';
import { HttpError, type Routes } from './serve.ts';
import type { ServiceSettings } from './service-settings.ts';

/** A model takes its time; whoever waits in front of a page does not wait longer. */
const COMPLETION_TIMEOUT_MILLIS = 20_000;

type Addresses = Pick<ServiceSettings, 'routerUrl' | 'websocketUrl' | 'publicWebsocketUrl'>;

/**
 * Questions: passages from Qdrant over REST, a completion of the LLM router, which asks Qdrant over gRPC, and the answer back
 * into Qdrant. Either the page does it step by step, or `/api/ask` in one request. Without Qdrant it goes on, and says so.
 */
export function questionRoutes(
  qdrant: QdrantClient,
  { routerUrl, websocketUrl, publicWebsocketUrl }: Addresses,
  completionTimeoutMillis: number = COMPLETION_TIMEOUT_MILLIS,
): Routes {
  const answers = new AnswerStore(qdrant);
  const ways: Readonly<Record<string, (question: string) => Promise<Completion>>> = {
    http: (question) => completeOverHttp(routerUrl, question, completionTimeoutMillis),
    websocket: (question) => completeOverWebSocket(websocketUrl, question, completionTimeoutMillis),
  };

  const related = async (question: string): Promise<object> => {
    try {
      return { related: await findPassages(qdrant, DOCUMENTATION, question), qdrant: { status: 'ok' } };
    } catch (error) {
      return { related: [], qdrant: { status: 'unavailable', reason: qdrantFailure(error) } };
    }
  };

  return {
    'POST /api/questions': async (_, body) => {
      const { question } = readTexts(body, 'question');
      const found = await related(question);
      return { question, ...found, websocket: publicWebsocketUrl, ...traceContext() };
    },
    'POST /api/answers': async (_, body) => {
      const answer = readTexts(body, 'question', 'answer', 'model');
      try {
        return { stored: true, id: await answers.put(answer) };
      } catch (error) {
        throw new HttpError(503, `the answer is not stored, because of Qdrant: ${qdrantFailure(error)}`);
      }
    },
    'POST /api/ask': async (_, body, query) => {
      const via = query.get('via') ?? 'websocket';
      const complete = Object.hasOwn(ways, via) ? ways[via] : undefined;
      if (complete === undefined)
        throw new HttpError(400, `via is '${via}'; it must be one of ${Object.keys(ways).join(', ')}`);
      const { question } = readTexts(body, 'question');
      const found = await related(question);
      const { text, model, usage, context: routerContext } = await complete(question);
      const stored = await answers.put({ question, answer: text, model }).then(
        () => ({ stored: true }),
        (error: unknown) => ({ stored: false, reason: qdrantFailure(error) }),
      );
      return {
        question,
        ...found,
        via,
        answer: text,
        model,
        usage,
        context: routerContext,
        ...stored,
        trace_id: trace.getActiveSpan()?.spanContext().traceId,
      };
    },
    'GET /api/services': async () => ({ services: await otherServices(routerUrl, websocketUrl) }),
  };
}

/** Of the request that is being answered, for whoever goes on with the trace. */
function traceContext(): { traceparent?: string; tracestate?: string } {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  const { traceparent, tracestate } = carrier;
  return { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
}
