import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';

/** SIGINT is PostgreSQL's fast shutdown. SIGQUIT is the immediate one, for a server that hangs. */
const WATCHDOG = `
  cat "$0" >/dev/null
  kill -INT "$1"
  for second in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" || exit; done
  kill -QUIT "$1"`;

/**
 * A named pipe. Every process that uses the server keeps it open.
 *
 * A shell process, the watchdog, reads the pipe. The read ends when the last user has closed the
 * pipe, has crashed or was killed. See docs/decisions/08-embedded-postgres.md.
 */
export class Lifeline {
  private constructor(private descriptor: number | undefined) {}

  static open(path: string): Lifeline {
    if (!existsSync(path)) spawnSync('mkfifo', ['-m', '600', path]);
    // Opened for reading as well: an open for writing alone would wait for a reader.
    return new Lifeline(openSync(path, 'r+'));
  }

  /** Starts the watchdog, which stops the server when no process keeps the pipe open. */
  static async watch(path: string, postmasterPid: number): Promise<void> {
    const args = ['-c', WATCHDOG, path, String(postmasterPid)];
    const watchdog = spawn('/bin/sh', args, { cwd: '/', detached: true, stdio: 'ignore' });
    watchdog.unref();
    await once(watchdog, 'spawn');
  }

  release(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}
