/** Ctrl-C and SIGTERM, as a signal that work looks at between its steps: the step under way is finished. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  return controller.signal;
}
