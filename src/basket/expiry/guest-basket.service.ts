import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DATABASE_NOW } from '../../database/database-clock.js';

/** Counts open guest baskets, for operators. */
@Injectable()
export class GuestBasketService {
  constructor(private readonly dataSource: DataSource) {}

  /** Counts the baskets that a cleanup would remove with the expired sessions. */
  async countExpired(): Promise<number> {
    const sql = `
      SELECT count(*)::int AS count FROM sessions s JOIN baskets b ON b.id = s.basket_id
      WHERE s.expired_at <= ${DATABASE_NOW} AND b.owner_id IS NULL AND b.status = 'open'`;
    const [row] = await this.dataSource.query<{ count: number }[]>(sql);
    return row?.count ?? 0;
  }
}
