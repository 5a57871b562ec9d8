import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Starts a process of the built program. */
export function start(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs a command to its end and returns its output. */
export async function run(args: string[], env: Record<string, string>): Promise<string> {
  return outputOf(start(args, env), args);
}

export async function outputOf(child: ChildProcess, args: string[]): Promise<string> {
  let output = '';
  child.stdout?.on('data', (text) => (output += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${output}`);
  return output;
}

/** Ends a process and waits for its end. Does nothing for a process that has ended. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

/** Waits until the server prints its address, and returns it. */
export async function served(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    // Reads the output until the end, because a full pipe would block the server.
    child.stdout?.on('data', (text) => {
      output += String(text);
      const url = /Serving on (http:\/\/[^ "]+)/.exec(output)?.[1];
      if (url) resolve(url.replace('localhost', '127.0.0.1'));
    });
    child.once('close', () => reject(new Error(`The server ended: ${output}`)));
  });
}

/** Returns the resident memory in MiB, or 0 for a process that has ended. */
export async function residentMemory(pid = 0): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
