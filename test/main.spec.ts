import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../src/database/embedded/postmaster.js';
import { type Build, copyOfBuild } from './support/build.js';
import { Client } from './support/client.js';
import { createDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { Program } from './support/program.js';

const TEA = { sku: 'TEA-GREEN-100' };

describe('npm start', () => {
  let project: Build;
  let started: Program[] = [];
  beforeAll(async () => {
    project = await copyOfBuild();
  });
  afterEach(async () => {
    await Promise.all(started.map((program) => program.stops('SIGTERM')));
    started = [];
  });
  afterAll(() => project.remove());

  const start = ({ folder } = project) => {
    const program = Program.run('main', ['--prepare'], { PORT: '0', CLEANUP_CRON: 'off' }, folder);
    started.push(program);
    return program;
  };
  const postmaster = async () => {
    const file = join(project.folder, '.data/postgres/postmaster.pid');
    return Number((await readFile(file, 'utf8')).split('\n')[0]);
  };

  it('serves on an embedded PostgreSQL with a filled catalogue, and logs what it does', async () => {
    const program = start();
    const guest = new Client(await program.serves());

    await guest.adds(TEA, 2);

    expect(await guest.quantities()).toEqual({ [TEA.sku]: 2 });
    const server = await postmaster();
    const { code, stdout, stderr } = await program.stops('SIGINT');
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'Database: the embedded PostgreSQL',
      expect.stringMatching(/^Migrations run: \d+$/),
      'Demo products added: 13',
      expect.stringMatching(
        /^Serving on http:\/\/localhost:\d+ \(explorer: \/api\/docs\)\. Press Ctrl-C to stop\.$/,
      ),
    ]);
    expect(stderr).toBe('');
    expect(isAlive(server)).toBe(false);
  });

  it('keeps baskets after kill -9, starts again, and leaves no server behind', async () => {
    const program = start();
    const guest = new Client(await program.serves());
    await guest.adds(TEA, 3);
    const server = await postmaster();

    await program.stops('SIGKILL');
    const again = start();
    const back = guest.tab(await again.serves());

    expect(await back.quantities()).toMatchObject({ [TEA.sku]: 3 });
    await again.stops('SIGTERM');
    await eventually(async () => Promise.resolve(!isAlive(server)));
  });

  it('starts after a kill -9 of the database, and of both', async () => {
    const program = start();
    const guest = new Client(await program.serves());
    await guest.adds(TEA, 1);
    process.kill(await postmaster(), 'SIGKILL');
    await program.stops('SIGKILL');

    const again = start();
    const back = guest.tab(await again.serves());

    expect(await back.quantities()).toMatchObject({ [TEA.sku]: 1 });
  });

  it('shares its database with the command line, which leaves it running', async () => {
    const program = start();
    const guest = new Client(await program.serves());
    await guest.adds(TEA);

    const { code, stdout } = await Program.run(
      'cli',
      ['sessions:clear', '--json'],
      {},
      project.folder,
    ).ends();

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sessions: 0, baskets: 0 });
    expect((await guest.basket()).lines).toHaveLength(1);
  });

  it('creates one database when it is started twice at once', async () => {
    const fresh = await copyOfBuild();
    const [one, two] = [start(fresh), start(fresh)];
    const [first, second] = await Promise.all([one.serves(), two.serves()]);
    const guest = new Client(first);
    await guest.adds(TEA, 2);

    expect(await guest.tab(second).quantities()).toEqual({ [TEA.sku]: 2 });

    // Either of them may have started the server. The other one keeps it running.
    await one.stops('SIGTERM');
    expect(await guest.tab(second).quantities()).toEqual({ [TEA.sku]: 2 });
    await two.stops('SIGTERM');
    await fresh.remove();
  });
});

describe('npm run start:prod', () => {
  let database: TestDatabase;
  const secrets = {
    SESSION_SECRET: 's'.repeat(40),
    JWT_SECRET: 'j'.repeat(40),
    PORT: '0',
    CLEANUP_CRON: 'off',
  };
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  it('serves on the database of DATABASE_URL, logs JSON lines, and exits with 0', async () => {
    const program = Program.run('main', [], {
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      ...secrets,
    });
    const url = await program.serves();

    expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
    const { code, stdout } = await program.stops('SIGTERM');
    expect(code).toBe(0);
    for (const line of stdout.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        service: 'basketkeeper',
        version: expect.any(String) as unknown,
      });
  });

  it('continues to serve when the reader of its log has gone', async () => {
    const program = Program.run('main', [], { DATABASE_URL: database.url, LOG_LEVEL: 'debug', PORT: '0' });
    const client = new Client(await program.serves());
    program.closesOutput();

    // Each request writes a line of the log.
    for (let round = 0; round < 3; round++) {
      expect((await client.sends('GET', '/api/orders/x')).status).toBe(400);
    }

    expect((await program.stops('SIGTERM')).code).toBe(0);
  });

  it('refuses an unmigrated database with a sentence that names the command', async () => {
    const empty = await createDatabase('empty');

    const program = Program.run('main', [], { NODE_ENV: 'production', DATABASE_URL: empty.url, ...secrets });
    const { code, stdout, stderr } = await program.ends();

    expect(code).toBe(1);
    expect(stdout + stderr).toContain('npm run db:migrate');
    await empty.drop();
  });

  it('refuses to start without a database and secrets, and names the missing variables', async () => {
    const { code, stdout, stderr } = await Program.run('main', [], { NODE_ENV: 'production' }).ends();

    expect(code).toBe(1);
    for (const name of ['DATABASE_URL', 'SESSION_SECRET', 'JWT_SECRET'])
      expect(stdout + stderr).toContain(name);
  });

  it('reports all invalid settings, one line of the log each, without a stack or the password', async () => {
    const bad = {
      DATABASE_URL: 'postgres://app:secret-word@one,two/shop?target_session_attrs=read-write',
      MIGRATION_DATABASE_URL: 'mysql://app:secret-word@db/shop',
      PORT: 'x',
      CURRENCY: 'euro',
    };
    const { code, stdout, stderr } = await Program.run('main', [], bad).ends();

    expect([code, stdout]).toEqual([1, '']);
    const lines = stderr.trim().split('\n');
    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages.map((message) => message.split(' ')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'MIGRATION_DATABASE_URL',
      'CURRENCY',
    ]);
    expect(stderr).not.toMatch(/secret-word| {4}at /);
  });

  it('reports that the database is unavailable', async () => {
    const away = { NODE_ENV: 'production', DATABASE_URL: 'postgres://app:x@127.0.0.1:1/shop', ...secrets };
    const noWait = { ...away, DATABASE_WAIT_SECONDS: '0' };
    const { code, stdout, stderr } = await Program.run('main', [], noWait).ends();

    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/ECONNREFUSED/);
  });
});
