export interface Found<T> {
  /** As `/metrics` names it. */
  readonly pattern: string;
  /** By method. */
  readonly methods: ReadonlyMap<string, T>;
  readonly params: Readonly<Record<string, string>>;
}

interface Node<T> {
  readonly literal: Map<string, Node<T>>;
  param?: { readonly name: string; readonly node: Node<T> };
  pattern?: string;
  readonly methods: Map<string, T>;
}

/** Finds handlers by path: `/collections/{collection_name}/points`. What is written out goes before a parameter. */
export class Router<T> {
  readonly #root: Node<T> = newNode();

  add(method: string, pattern: string, handler: T): void {
    let node = this.#root;
    for (const part of pattern.split('/').slice(1)) {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      if (name === undefined) {
        const next = node.literal.get(part) ?? newNode<T>();
        node.literal.set(part, next);
        node = next;
      } else {
        node.param ??= { name, node: newNode<T>() };
        node = node.param.node;
      }
    }
    node.pattern = pattern;
    node.methods.set(method, handler);
  }

  find(path: string): Found<T> | undefined {
    return search(this.#root, path.split('/').slice(1), 0, {});
  }
}

function newNode<T>(): Node<T> {
  return { literal: new Map(), methods: new Map() };
}

function search<T>(
  node: Node<T>,
  parts: readonly string[],
  at: number,
  params: Readonly<Record<string, string>>,
): Found<T> | undefined {
  const part = parts[at];
  if (part === undefined)
    return node.pattern === undefined ? undefined : { pattern: node.pattern, methods: node.methods, params };
  const literal = node.literal.get(part);
  const found = literal && search(literal, parts, at + 1, params);
  if (found || !node.param || part === '') return found;
  const { name, node: next } = node.param;
  return search(next, parts, at + 1, { ...params, [name]: decoded(part) });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
