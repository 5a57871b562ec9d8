/**
 * Returns a signal that Ctrl-C and SIGTERM abort. Work checks it between steps, and finishes the
 * current step.
 *
 * More signals change nothing: npm forwards the Ctrl-C that the terminal sends to both processes,
 * so two arrive.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}
