import { SettingsError } from './service-settings.ts';

/** The address makes sense and cannot be had. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** @returns what Node.js said when it could not listen, as a sentence that says what to do */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `PORT is ${port}, which another program has taken on ${host}. Stop that one, or set PORT to a free one.`,
      );
    case 'EACCES':
      return new ListenError(
        `PORT is ${port}, which only root may open. Set PORT to a number from 1024 to 65535.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new SettingsError(
        `HOST is '${host}', which is no address of this machine; it must be one. Set it to 127.0.0.1, or to 0.0.0.0 for all of them.`,
      );
    default:
      return new ListenError(`cannot listen on port ${port} of ${host}: ${error.message}`);
  }
}
