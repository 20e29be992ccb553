import { noVariant, readArray, readObject, readString } from '../format-error.ts';
import { isObject } from '../json.ts';
import { alreadyExists, badRequest, collectionNotFound, notFound } from '../server-error.ts';
import { Collection } from './collection.ts';

/** The collections and their aliases. */
export class Collections {
  readonly #collections = new Map<string, Collection>();
  /** The collection's name by alias. */
  readonly #aliases = new Map<string, string>();

  get size(): number {
    return this.#collections.size;
  }

  [Symbol.iterator](): IterableIterator<Collection> {
    return this.#collections.values();
  }

  /** By name or alias. @throws ServerError 404. */
  get(name: string): Collection {
    const collection = this.find(name);
    if (!collection) throw collectionNotFound(name);
    return collection;
  }

  find(name: string): Collection | undefined {
    return this.#collections.get(name) ?? this.#collections.get(this.#aliases.get(name) ?? '');
  }

  create(name: string, body: Record<string, unknown>): Collection {
    const collection = new Collection(name, body);
    if (this.#collections.has(name)) throw alreadyExists(`Collection \`${name}\` already exists!`);
    if (this.#aliases.has(name))
      throw badRequest(`Can't create collection with name ${name}. Alias with the same name already exists`);
    this.#collections.set(name, collection);
    return collection;
  }

  /** In place of the one of that name, if there is one. */
  replace(collection: Collection): void {
    this.#collections.set(collection.name, collection);
  }

  /** False when there was none. An alias deletes nothing. */
  delete(name: string): boolean {
    if (!this.#collections.delete(name)) return false;
    for (const [alias, target] of this.#aliases) if (target === name) this.#aliases.delete(alias);
    return true;
  }

  aliases(of?: string): { alias_name: string; collection_name: string }[] {
    return [...this.#aliases]
      .filter(([, target]) => of === undefined || target === of)
      .map(([alias_name, collection_name]) => ({ alias_name, collection_name }));
  }

  /** All actions or, when one cannot be done, those before it; as the server does. */
  changeAliases(body: unknown): void {
    const actions = readArray(readObject(body, 'ChangeAliasesOperation').actions, 'actions').map((action) => {
      if (isObject(action)) {
        const { create_alias: create, delete_alias: remove, rename_alias: rename } = action;
        if (isObject(create))
          return this.#create.bind(
            this,
            readString(create.alias_name, 'alias_name'),
            readString(create.collection_name, 'collection_name'),
          );
        if (isObject(remove)) return this.#remove.bind(this, readString(remove.alias_name, 'alias_name'));
        if (isObject(rename))
          return this.#rename.bind(
            this,
            readString(rename.old_alias_name, 'old_alias_name'),
            readString(rename.new_alias_name, 'new_alias_name'),
          );
      }
      throw noVariant('AliasOperations');
    });
    for (const action of actions) action();
  }

  #create(alias: string, collection: string): void {
    if (!this.#collections.has(collection)) throw collectionNotFound(collection);
    if (this.#collections.has(alias)) throw alreadyExists(`Collection \`${alias}\` already exists!`);
    this.#aliases.set(alias, collection);
  }

  #remove(alias: string): void {
    if (!this.#aliases.delete(alias)) throw notFound(`Alias ${alias} does not exists!`);
  }

  #rename(from: string, to: string): void {
    const collection = this.#aliases.get(from);
    if (collection === undefined) throw notFound(`Alias ${from} does not exists!`);
    if (this.#collections.has(to)) throw alreadyExists(`Collection \`${to}\` already exists!`);
    this.#aliases.delete(from);
    this.#aliases.set(to, collection);
  }
}
