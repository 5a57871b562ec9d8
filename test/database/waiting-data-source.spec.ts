import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { databaseUrl } from '../support/test-server.js';

describe('a start before its database is available', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  beforeAll(async () => {
    database = await createDatabase();
    proxy = await DatabaseProxy.before(database.url);
  });
  beforeEach(() => proxy.cut());
  afterEach(() => proxy.restore());
  afterAll(async () => {
    await proxy.close();
    await database.drop();
  });

  const settings = (url = proxy.url) => ({ DATABASE_URL: url, PORT: '0', CLEANUP_CRON: 'off' });
  const waits = (program: Program) =>
    eventually(() => Promise.resolve(/Waiting up to 30 s for the database/.test(program.output)));

  it.each([[[]], [['--prepare']]])('with %j waits, logs that once, and then serves', async (args) => {
    const program = Program.run('main', args, settings());
    await waits(program);
    proxy.restore();

    await program.serves();
    const { code, stdout } = await program.stops('SIGTERM');
    expect(code).toBe(0);
    expect(stdout.match(/Waiting up to/g)).toHaveLength(1);
  });

  it('of a command waits, and its standard output has only the result', async () => {
    const program = Program.run('cli', ['baskets:audit', '--json'], settings());
    await waits(program);
    proxy.restore();

    const { code, stdout } = await program.ends();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ isSound: true });
  });

  it.each([
    ['main', [], []],
    ['main', ['--prepare'], ['Database: 127.0.0.1:1/shop (DATABASE_URL)']],
    ['cli', ['sessions:clear'], []],
  ] as const)(
    'of %s %j exits with 1 and one sentence after DATABASE_WAIT_SECONDS',
    async (entry, args, before) => {
      const refused = settings('postgres://app:secret-word@127.0.0.1:1/shop');
      const { code, stdout, stderr } = await Program.run(entry, [...args], {
        ...refused,
        DATABASE_WAIT_SECONDS: '1',
      }).ends();

      expect(code).toBe(1);
      const lines = (stdout + stderr).trim().split('\n');
      expect(lines).toEqual(
        [
          ...before,
          'Waiting up to 1 s for the database',
          "The database can't be reached within 1 s (DATABASE_WAIT_SECONDS): connect ECONNREFUSED",
        ].map((text) => expect.stringContaining(text)),
      );
      expect(stdout + stderr).not.toContain('secret-word');
    },
  );

  it('does not wait for a database that does not exist', async () => {
    const missing = settings(databaseUrl(database.url, 'no_such_database'));
    const { code, stdout, stderr } = await Program.run('main', [], missing).ends();

    expect(code).toBe(1);
    expect(stdout + stderr).toContain('no_such_database');
    expect(stdout + stderr).not.toContain('Waiting');
  });
});
