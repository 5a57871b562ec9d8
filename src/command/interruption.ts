/**
 * Ctrl-C and SIGTERM, as a signal that work looks at between its steps: the step under way is finished.
 *
 * More of them change nothing: npm hands on the Ctrl-C that the terminal has sent to both, so that two come.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}
