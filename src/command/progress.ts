import cliProgress from 'cli-progress';

const LINE_MILLISECONDS = 2_000;

/**
 * Shows the progress of long work on standard error: a bar on a terminal, and occasional lines
 * elsewhere.
 */
export interface Progress {
  /** Shows how much is done, with a note. */
  show(done: number, note: string): void;
  stop(): void;
}

/**
 * Starts to show progress. Shows nothing if quiet.
 *
 * @param total the approximate amount of work, or 0 if it is unknown
 */
export function startProgress(total: number, isQuiet: boolean): Progress {
  if (isQuiet) return { show: () => undefined, stop: () => undefined };
  return process.stderr.isTTY ? startBar(total) : startLines(total);
}

function startBar(total: number): Progress {
  const format =
    total > 0
      ? '{bar} {percentage} % | {value} of about {total} {note} | {rate}/s | {eta_formatted} left'
      : '{value} {note} | {rate}/s | {duration_formatted}';
  // No exit on Ctrl-C: the caller stops the bar.
  const settings = { format, stream: process.stderr, hideCursor: true, gracefulExit: false };
  const bar = new cliProgress.SingleBar(settings, cliProgress.Presets.rect);
  const rate = startRate();
  bar.start(total, 0, { note: '', rate: 0 });
  return {
    show: (done, note) => {
      if (total > 0) bar.setTotal(Math.max(total, done));
      bar.update(done, { note, rate: Math.round(rate(done)) });
    },
    stop: () => bar.stop(),
  };
}

function startLines(total: number): Progress {
  const rate = startRate();
  let last = performance.now();
  return {
    show: (done, note) => {
      if (performance.now() - last < LINE_MILLISECONDS) return;
      last = performance.now();
      const speed = rate(done);
      const of = total > 0 ? ` of about ${Math.max(total, done)}` : '';
      const left = total > 0 && done > 0 ? `, ${Math.ceil(Math.max(total - done, 0) / speed)} s left` : '';
      process.stderr.write(`${done}${of} ${note}, ${Math.round(speed)}/s${left}\n`);
    },
    stop: () => undefined,
  };
}

/** Measures the rate per second since the start. */
function startRate(): (done: number) => number {
  const start = performance.now();
  return (done) => (done * 1_000) / (performance.now() - start);
}
