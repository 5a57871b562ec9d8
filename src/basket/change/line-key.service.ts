import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Attributes } from '../query/line-id.js';
import { migrationPending } from './migration-pending.js';

const HAS_VARIANT = `
  SELECT FROM pg_constraint c
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
  WHERE c.conrelid = 'basket_lines'::regclass AND c.contype = 'p' AND a.attname = 'variant'`;

/** Knows the key of the table of lines, which `DropOldKeys` changes while the shop is open. */
@Injectable()
export class LineKey {
  private hasVariant = false;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Refuses attributes until the key of a line has its variant.
   *
   * @throws Problem `migration-pending`
   */
  async assertAllowed(attributes: Attributes | null | undefined): Promise<void> {
    if (this.hasVariant || !attributes || Object.keys(attributes).length === 0) return;
    this.hasVariant = (await this.dataSource.query<object[]>(HAS_VARIANT)).length > 0;
    if (this.hasVariant) return;
    throw migrationPending('Send the line without attributes, or later.');
  }
}
