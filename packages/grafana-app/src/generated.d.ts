declare module '@generated/*.json' {
  const file: unknown;
  export default file;
}
