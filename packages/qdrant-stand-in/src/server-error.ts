/** What the server answers in place of a result: status and `status.error` as Qdrant words them. */
export class ServerError extends Error {
  readonly status: number;
  /** Refused before any work: the server says `time: 0`. */
  readonly untimed: boolean;

  constructor(status: number, message: string, untimed = false) {
    super(message);
    this.status = status;
    this.untimed = untimed;
  }
}

// The prefixes are those of StorageError in lib/storage/src/content_manager/errors.rs.
export const wrongInput = (text: string) => new ServerError(400, `Wrong input: ${text}`);
export const alreadyExists = (text: string) => new ServerError(409, `Wrong input: ${text}`);
export const badRequest = (text: string) => new ServerError(400, `Bad request: ${text}`);
export const notFound = (text: string) => new ServerError(404, `Not found: ${text}`);
export const collectionNotFound = (name: string) => notFound(`Collection \`${name}\` doesn't exist!`);
export const pointNotFound = (id: unknown) => notFound(`No point with id ${id} found`);
export const internalError = (text: string) => new ServerError(500, `Service internal error: ${text}`);
export const forbidden = (text: string) => new ServerError(403, `Forbidden: ${text}`);

/** `where` is `JSON body`, `query parameters` or `path parameters`. */
export const invalid = (where: string, field: string, text: string) =>
  new ServerError(422, `Validation error in ${where}: [${field}: ${text}]`, true);
