import cliProgress from 'cli-progress';

const LINE_MILLISECONDS = 2_000;

/** Says how far a long work is: a bar on a terminal, a line now and then elsewhere, on standard error. */
export interface Progress {
  /** Done so far, and what to say beside it. */
  show(done: number, note: string): void;
  stop(): void;
}

/** @param total about how much there is to do; a quiet one says nothing */
export function startProgress(total: number, isQuiet: boolean): Progress {
  if (isQuiet) return { show: () => undefined, stop: () => undefined };
  return process.stderr.isTTY ? startBar(total) : startLines(total);
}

function startBar(total: number): Progress {
  const format = '{bar} {percentage} % | {note} | {rate}/s | {eta_formatted} left';
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr, hideCursor: true });
  const start = performance.now();
  bar.start(total, 0, { note: '', rate: 0 });
  return {
    show: (done, note) => {
      bar.setTotal(Math.max(total, done));
      bar.update(done, { note, rate: Math.round((done * 1_000) / (performance.now() - start)) });
    },
    stop: () => bar.stop(),
  };
}

function startLines(total: number): Progress {
  let last = performance.now();
  return {
    show: (done, note) => {
      if (performance.now() - last < LINE_MILLISECONDS) return;
      last = performance.now();
      process.stderr.write(`${done} of about ${Math.round(Math.max(total, done))}: ${note}\n`);
    },
    stop: () => undefined,
  };
}
