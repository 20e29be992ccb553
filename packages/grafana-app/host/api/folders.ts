import { type Answer, type ApiRequest, forbidden, problem } from './answer.ts';

interface Folder {
  readonly id: number;
  readonly uid: string;
  readonly title: string;
  readonly version: number;
  readonly parentUid?: string;
}

/** Grafana's folder API, in memory: 409 for a uid that is taken, 412 for a change of another version than the last. */
export class Folders {
  readonly #folders = new Map<string, Folder>();

  has(uid: string): boolean {
    return this.#folders.has(uid);
  }

  all(): readonly Folder[] {
    return [...this.#folders.values()];
  }

  add(uid: string, title: string): Folder {
    const folder = { id: this.#folders.size + 1, uid, title, version: 1 };
    this.#folders.set(uid, folder);
    return folder;
  }

  handle({ method, path, body, role }: ApiRequest): Answer | undefined {
    const [, uid] = /^\/api\/folders(?:\/([^/]+))?$/.exec(path) ?? [];
    if (path !== '/api/folders' && uid === undefined) return undefined;
    if (method === 'GET' && uid === undefined) return { status: 200, body: this.all() };
    const found = uid === undefined ? undefined : this.#folders.get(uid);
    if (method === 'GET')
      return found === undefined
        ? problem(404, 'folder not found', { status: 'not-found' })
        : this.#answer(found, role);
    if (role === 'Viewer') return forbidden(method === 'DELETE' ? 'folders:delete' : 'folders:create');
    if (method === 'POST' && uid === undefined) {
      const { uid: wanted = `folder-${this.#folders.size + 1}`, title = '' } = body as {
        uid?: string;
        title?: string;
      };
      if (title.trim() === '') return problem(400, 'folder title cannot be empty');
      if (this.#folders.has(wanted)) {
        return problem(409, 'a folder with the same uid already exists', { status: 'name-exists' });
      }
      return this.#answer(this.add(wanted, title), role);
    }
    if (found === undefined) return problem(404, 'folder not found', { status: 'not-found' });
    if (method === 'PUT') {
      const {
        title = found.title,
        version,
        overwrite,
      } = body as { title?: string; version?: number; overwrite?: boolean };
      if (!overwrite && version !== found.version) {
        return problem(412, 'the folder has been changed by someone else', { status: 'version-mismatch' });
      }
      const changed = { ...found, title, version: found.version + 1 };
      this.#folders.set(found.uid, changed);
      return this.#answer(changed, role);
    }
    if (method === 'DELETE') {
      this.#folders.delete(found.uid);
      return {
        status: 200,
        body: { title: found.title, message: `Folder ${found.title} deleted`, id: found.id },
      };
    }
    return undefined;
  }

  #answer(folder: Folder, role: string): Answer {
    const mayChange = role !== 'Viewer';
    return {
      status: 200,
      body: {
        ...folder,
        url: `/dashboards/f/${folder.uid}`,
        canSave: mayChange,
        canEdit: mayChange,
        canAdmin: role === 'Admin',
        canDelete: mayChange,
      },
    };
  }
}
