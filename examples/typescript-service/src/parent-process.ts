/** Tells the process that started this one where it listens, and ends with it, however that ended. */
export function announce(port: number): void {
  if (process.send === undefined) {
    console.log(`listening on http://127.0.0.1:${port}`);
    return;
  }
  process.on('disconnect', () => process.exit());
  process.send({ port });
}
