import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { FILL_BATCH_TABLE } from '../../../src/session/cleanup/remove-batch.js';
import { Shop } from '../../support/shop.js';

describe('a batch of the cleanup', () => {
  let shop: Shop;
  let queryRunner: QueryRunner;
  beforeAll(async () => {
    shop = await Shop.open();
    await shop.sql(`
      INSERT INTO sessions (id, expired_at)
      SELECT n, (extract(epoch FROM now()) * 1000)::bigint + (n - 50000) * 1000 FROM generate_series(1, 100000) n`);
    await shop.sql('ANALYZE sessions');
    queryRunner = shop.dataSource.createQueryRunner();
    await queryRunner.query('CREATE TEMPORARY TABLE session_batch (session_ctid tid, basket_id uuid)');
    await queryRunner.query(`PREPARE fill (bigint, text[], int) AS ${FILL_BATCH_TABLE}`);
  });
  afterAll(async () => {
    await queryRunner.release();
    await shop.sql('DELETE FROM sessions');
    await shop.close();
  });

  it.each(['force_custom_plan', 'force_generic_plan'])(
    "is selected by an index scan up to the database's time (%s)",
    async (mode) => {
      await queryRunner.query(`SET plan_cache_mode = ${mode}`);

      const rows = await queryRunner.manager.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE fill (0, '{}', 2000)`,
      );

      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using sessions_expired_at on sessions \(actual rows=2000/);
      expect(plan).toMatch(/Index Cond: .*expired_at <= .*statement_timestamp\(\)/);
    },
  );
});
