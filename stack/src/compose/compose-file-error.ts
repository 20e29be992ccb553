/** A compose file, or a setting in it, that nothing can be started with. Its message says which, and what is allowed. */
export class ComposeFileError extends Error {}
