import type { AttributeView } from '../wire/api.ts';
import { formatDuration } from './formats.ts';

/** Attributes of the conventions, by group, with the name that people have for them. */
const GROUPS: readonly (readonly [group: string, labels: Readonly<Record<string, string>>])[] = [
  [
    'HTTP',
    {
      'http.request.method': 'Method',
      'http.route': 'Route',
      'http.response.status_code': 'Status',
      'url.full': 'URL',
      'url.scheme': 'Scheme',
      'url.path': 'Path',
      'url.query': 'Query',
      'http.request.resend_count': 'Resends',
      'http.request.body.size': 'Request size',
      'http.response.body.size': 'Response size',
      'user_agent.original': 'User agent',
      'network.protocol.version': 'HTTP version',
    },
  ],
  [
    'Database',
    {
      'db.system.name': 'System',
      'db.system': 'System',
      'db.operation.name': 'Operation',
      'db.operation.batch.size': 'Batch size',
      'db.collection.name': 'Collection',
      'db.namespace': 'Namespace',
      'db.query.summary': 'Summary',
      'db.query.text': 'Query',
      'db.statement': 'Query',
      'db.response.status_code': 'Status',
      'db.response.returned_rows': 'Rows',
    },
  ],
  [
    'Qdrant',
    {
      'qdrant.server.duration': 'Server time',
      'qdrant.query.limit': 'Limit',
      'qdrant.query.group_size': 'Group size',
      'qdrant.query.score_threshold': 'Score threshold',
      'qdrant.query.vector_name': 'Vector',
      'qdrant.query.kind': 'Kind of query',
      'qdrant.query.filtered': 'Filtered',
      'qdrant.query.prefetches': 'Prefetches',
      'qdrant.query.exact': 'Exact',
      'qdrant.query.hnsw_ef': 'hnsw_ef',
      'qdrant.query.with_payload': 'With payload',
      'qdrant.query.with_vector': 'With vector',
      'qdrant.response.score_min': 'Lowest score',
      'qdrant.response.score_max': 'Highest score',
      'qdrant.response.retry_after': 'Retry after (s)',
      'qdrant.request.points': 'Points sent',
      'qdrant.request.count': 'Requests',
      'qdrant.read.consistency': 'Read consistency',
      'qdrant.write.wait': 'Waits',
      'qdrant.write.ordering': 'Write ordering',
      'qdrant.update.status': 'Update',
    },
  ],
  [
    'Generative AI',
    {
      'gen_ai.operation.name': 'Operation',
      'gen_ai.provider.name': 'Provider',
      'gen_ai.system': 'Provider',
      'gen_ai.request.model': 'Model asked',
      'gen_ai.response.model': 'Model answered',
      'gen_ai.response.id': 'Response',
      'gen_ai.response.finish_reasons': 'Finish reasons',
      'gen_ai.usage.input_tokens': 'Input tokens',
      'gen_ai.usage.output_tokens': 'Output tokens',
      'gen_ai.request.temperature': 'Temperature',
      'gen_ai.request.top_p': 'top_p',
      'gen_ai.request.max_tokens': 'Token limit',
      'gen_ai.conversation.id': 'Conversation',
      'gen_ai.agent.name': 'Agent',
      'gen_ai.tool.name': 'Tool',
      'gen_ai.tool.call.id': 'Tool call',
      'gen_ai.input.messages': 'Input',
      'gen_ai.output.messages': 'Output',
      'gen_ai.system_instructions': 'Instructions',
    },
  ],
  [
    'Messaging',
    {
      'messaging.system': 'System',
      'messaging.operation.name': 'Operation',
      'messaging.operation.type': 'Kind',
      'messaging.destination.name': 'Destination',
      'messaging.message.id': 'Message',
      'messaging.batch.message_count': 'Messages',
    },
  ],
  [
    'RPC',
    {
      'rpc.system': 'System',
      'rpc.service': 'Service',
      'rpc.method': 'Method',
      'rpc.grpc.status_code': 'Status',
      'rpc.response.status_code': 'Status',
    },
  ],
  [
    'Error',
    {
      'error.type': 'Type',
      'exception.type': 'Type',
      'exception.message': 'Message',
      'exception.stacktrace': 'Stack',
    },
  ],
  [
    'Network',
    {
      'server.address': 'Server',
      'server.port': 'Port',
      'client.address': 'Client',
      'network.peer.address': 'Peer',
      'network.peer.port': 'Peer port',
    },
  ],
];

/** Values that are seconds, and say so nowhere. */
const SECONDS = new Set(['qdrant.server.duration']);

export interface NamedAttribute extends AttributeView {
  /** Undefined for one that no convention has. */
  readonly label: string | undefined;
}

export interface AttributeGroup {
  readonly name: string;
  readonly attributes: readonly NamedAttribute[];
}

/** @returns the conventions' attributes by group, in an order of use; then the rest by key */
export function groupAttributes(attributes: readonly AttributeView[]): AttributeGroup[] {
  const rest = new Map(attributes.map((attribute) => [attribute.key, attribute]));
  const groups: AttributeGroup[] = [];
  for (const [name, labels] of GROUPS) {
    const members: NamedAttribute[] = [];
    for (const [key, label] of Object.entries(labels)) {
      const attribute = rest.get(key);
      if (attribute === undefined) continue;
      members.push({ ...attribute, label });
      rest.delete(key);
    }
    if (members.length > 0) groups.push({ name, attributes: members });
  }
  if (rest.size > 0) {
    const others = [...rest.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    groups.push({
      name: groups.length === 0 ? 'Attributes' : 'Other attributes',
      attributes: others.map((attribute) => ({ ...attribute, label: undefined })),
    });
  }
  return groups;
}

/** @returns how a value is best read, where that is not as it was sent */
export function readableValue({ key, value, type }: AttributeView): string {
  if (SECONDS.has(key) && type === 'number') return formatDuration(Number(value) * 1e9);
  return value;
}
