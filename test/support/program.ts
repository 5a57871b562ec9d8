import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BUILD_VARIABLE } from './build.js';

const ROOT = join(import.meta.dirname, '../..');

type Variables = Record<string, string>;

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A process of the built program or of an example, with the given environment variables only. */
export class Program {
  private stdout = '';
  private stderr = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (text) => (this.stdout += String(text)));
    child.stderr?.on('data', (text) => (this.stderr += String(text)));
    this.ended = once(child, 'close');
  }

  static run(entry: 'main' | 'cli', args: string[], variables: Variables, folder = builtFolder()): Program {
    return Program.spawn([builtFile(entry, folder), ...args], variables, folder);
  }

  /** Runs a file of `examples/` as the guides describe. */
  static example(file: string, args: string[], variables: Variables): Program {
    return Program.spawn([join('examples', file), ...args], variables, ROOT);
  }

  private static spawn(args: string[], variables: Variables, cwd: string): Program {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...variables };
    return new Program(spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.child.pid ?? NaN;
  }

  /** The output so far. */
  get output(): string {
    return this.stdout + this.stderr;
  }

  /** Closes the reading end of its output, like a log reader that ends. */
  closesOutput(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  /** Waits for the address that the server prints, and returns it. */
  async serves(): Promise<string> {
    const [, url = ''] = await this.prints(/Serving on (http:\/\/[^ "]+)/);
    return url.replace('localhost', '127.0.0.1');
  }

  /** Waits for text on standard output. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`It ended: ${this.stdout}${this.stderr}`);
      await Promise.race([once(this.child.stdout!, 'data'), this.ended]);
    }
  }

  async ends(): Promise<Result> {
    await this.ended;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  async stops(signal: NodeJS.Signals): Promise<Result> {
    this.child.kill(signal);
    return this.ends();
  }
}

export function builtFile(entry: 'main' | 'cli', folder = builtFolder()): string {
  return join(folder, 'dist/src', `${entry}.js`);
}

function builtFolder(): string {
  return process.env[BUILD_VARIABLE] ?? '';
}
