import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { Environment } from '../config/environment.js';
import { OperatorError } from '../problem/operator-error.js';
import { Oscar, type OscarCounts } from './oscar.js';
import { type BasketSelection, selectLines } from './oscar.queries.js';
import { copy, createStaging } from './staging.js';
import { importStaged, type ImportCounts } from './import-staged.js';

export interface BasketImportOptions {
  /** The URL of the old shop's database. */
  from: string;
  /** The old shop's table of users. */
  users: string;
  /** Does the whole import and rolls it back. */
  dryRun: boolean;
  /** Stops the import and rolls it back. */
  signal?: AbortSignal;
  /** Gets an estimate of all rows, and the number of rows read so far. */
  onProgress?: (total: number, rows: number) => void;
}

/** The members that `baskets:import --json` prints. Scripts read them, so they keep their names. */
export interface BasketImportReport {
  dryRun: boolean;
  /** The numbers of imported rows. */
  taken: { ownedBaskets: number; guestBaskets: number; users: number; lines: number };
  /** The numbers of skipped rows by reason, without those that are 0. */
  left: Record<'baskets' | 'lines' | 'sessions' | 'passwords', Record<string, number>>;
}

/** The migration `DropOldKeys` drops this index. */
const FIND_EARLIER_KEY = `SELECT WHERE to_regclass('baskets_one_per_owner') IS NOT NULL`;

/** Imports the open baskets of a django-oscar shop, but not its orphans. */
@Injectable()
export class BasketImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /**
   * Imports the open baskets in one transaction, all of them or none. A second import skips them.
   *
   * @throws OperatorError while the tables have the keys of the earlier version: they allow neither
   * two lines of a product nor a basket beside a frozen one
   * @throws Error if the source is no django-oscar shop, or if a database fails. Nothing is
   * imported then
   */
  async import(options: BasketImportOptions): Promise<BasketImportReport> {
    const oscar = await Oscar.open(options.from, options.users);
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await assertLaterKeys(queryRunner);
      await queryRunner.startTransaction();
      const report = await this.importAll(oscar, queryRunner, options);
      if (options.dryRun) await queryRunner.rollbackTransaction();
      else await queryRunner.commitTransaction();
      return report;
    } catch (error) {
      // After an interrupted COPY a connection may refuse ROLLBACK. The server rolls back when it
      // closes.
      await queryRunner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await queryRunner.release();
      await oscar.close();
    }
  }

  private async importAll(
    oscar: Oscar,
    queryRunner: QueryRunner,
    options: BasketImportOptions,
  ): Promise<BasketImportReport> {
    const target = (await queryRunner.connect()) as pg.PoolClient;
    const counts = await oscar.count();
    const add = rowCounter(counts, options.onProgress);
    await createStaging(target);
    await this.stage(oscar, target, 'owned', add, options.signal);
    const unreadable = await this.stageGuests(oscar, target, add, options.signal);
    options.signal?.throwIfAborted();
    const { rows } = await target.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM old_baskets WHERE is_guest',
    );
    const imported = await importStaged(queryRunner, this.settings());
    options.signal?.throwIfAborted();
    return toReport(options.dryRun, imported, counts, rows[0]?.count ?? 0, unreadable);
  }

  private settings() {
    const { currency, sessionTtlSeconds } = this.environment;
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    const minorDigits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return { currency, minorDigits, lifetimeMilliseconds: sessionTtlSeconds * 1_000 };
  }

  private async stage(
    oscar: Oscar,
    client: pg.PoolClient,
    selection: BasketSelection,
    add: (rows: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const from = (sql: string) => ({ client: oscar.client, sql });
    await copy(from(oscar.baskets(selection)), { client, table: 'old_baskets' }, add, signal);
    await copy(from(selectLines(selection)), { client, table: 'old_lines' }, add, signal);
    const options = await oscar.options(selection);
    // The total of the progress has no options.
    const ignore = () => undefined;
    if (options) await copy(from(options), { client, table: 'old_options' }, ignore, signal);
  }

  /** Returns the number of active sessions that could not be read. */
  private async stageGuests(
    oscar: Oscar,
    client: pg.PoolClient,
    add: (rows: number) => void,
    signal?: AbortSignal,
  ): Promise<number> {
    const staged = new Set<number>();
    let total = 0;
    for await (const { sessions, unreadable } of oscar.sessions()) {
      total += unreadable;
      await client.query(
        'INSERT INTO old_sessions SELECT * FROM unnest($1::text[], $2::bigint[], $3::float8[])',
        [
          sessions.map(({ id }) => id),
          sessions.map(({ basketId }) => basketId),
          sessions.map(({ expiredAt }) => expiredAt),
        ],
      );
      // Two sessions may name the same basket.
      const newIds = [...new Set(sessions.map(({ basketId }) => basketId))].filter((id) => !staged.has(id));
      for (const id of newIds) staged.add(id);
      if (newIds.length > 0) await this.stage(oscar, client, newIds, add, signal);
    }
    return total;
  }
}

async function assertLaterKeys(queryRunner: QueryRunner): Promise<void> {
  const found = (await queryRunner.query(FIND_EARLIER_KEY)) as object[];
  if (found.length === 0) return;
  throw new OperatorError(
    'A migration waits for the instances of the earlier version. Stop them and run the migrations.',
  );
}

function rowCounter(
  { owned, linesOfABasket }: OscarCounts,
  onProgress: BasketImportOptions['onProgress'],
): (rows: number) => void {
  const total = Math.round(owned * (1 + linesOfABasket));
  let sum = 0;
  return (rows) => onProgress?.(total, (sum += rows));
}

function toReport(
  dryRun: boolean,
  { owned, guest, users, withoutPassword, baskets, lines }: ImportCounts,
  counts: OscarCounts,
  guestsWithSession: number,
  unreadable: number,
): BasketImportReport {
  const { imported = 0, ...skippedLines } = lines;
  const notOpen = counts.other;
  const withoutLivingSession = counts.guest - guestsWithSession;
  return {
    dryRun,
    taken: { ownedBaskets: owned, guestBaskets: guest, users, lines: imported },
    left: {
      baskets: { ...withoutZeros({ withoutLivingSession, notOpen }), ...baskets },
      lines: skippedLines,
      sessions: withoutZeros({ unreadable }),
      passwords: withoutZeros({ unusable: withoutPassword }),
    },
  };
}

function withoutZeros(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
