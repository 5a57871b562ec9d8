/**
 * Returns a signal that is aborted by Ctrl-C and by SIGTERM. Work checks it between two steps, and
 * always finishes the current step.
 *
 * A second one changes nothing: the terminal sends Ctrl-C to npm and to this process, and npm
 * forwards it, so two arrive.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}
