import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { queryNamed } from '../../database/named-statement.js';
import { messageOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { invalidToken } from '../visitor/invalid-token.js';
import { ApiKey } from './api-key.entity.js';
import type { ApiKeyScope } from './api-key-scopes.js';
import { createKey, hashKey, isWellFormed } from './key-text.js';

/** The stored key of a request. */
interface FoundKey {
  id: string;
  scopes: ApiKeyScope[];
  isUseOutdated: boolean;
}

const IS_USE_OUTDATED = `coalesce(last_used_at < statement_timestamp() - interval '1 minute', true)`;

/** Runs for each request with a key: a cache would accept a revoked key on another instance. */
const FIND_KEY = {
  name: 'find-api-key',
  text: `SELECT id, scopes, ${IS_USE_OUTDATED} AS "isUseOutdated" FROM api_keys WHERE key_hash = $1`,
};

/** SKIP LOCKED: another instance is writing the same time, so there is nothing to wait for. */
const RECORD_USE = {
  name: 'record-api-key-use',
  text: `
    UPDATE api_keys SET last_used_at = statement_timestamp()
    WHERE id = (SELECT id FROM api_keys WHERE id = $1 AND ${IS_USE_OUTDATED} FOR UPDATE SKIP LOCKED)`,
};

@Injectable()
export class ApiKeyService {
  private readonly logger = new Logger('ApiKeys');
  /** The ids of the keys whose use is being written. */
  private readonly recording = new Set<string>();

  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly dataSource: DataSource,
  ) {}

  /** Creates a key, which is readable only now. */
  async create(name: string, scopes: ApiKeyScope[]): Promise<{ apiKey: ApiKey; key: string }> {
    const key = createKey();
    const apiKey = await this.keys.save(this.keys.create({ name, scopes, keyHash: hashKey(key) }));
    return { apiKey, key };
  }

  async list(): Promise<ApiKey[]> {
    return this.keys.find({ order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /**
   * Revokes a key. Every instance refuses requests that arrive later.
   *
   * @throws Problem `not-found`
   */
  async revoke(id: string): Promise<void> {
    const { affected } = await this.keys.delete({ id });
    if (!affected) throw new Problem('not-found', 'No API key has this id.');
  }

  /**
   * Checks the key of a request, and records its use.
   *
   * @param scope the scope that opens the route; undefined if no key does
   * @throws Problem `invalid-token`, `forbidden` or `insufficient-scope`
   */
  async admit(key: string, scope: ApiKeyScope | undefined): Promise<void> {
    const found = isWellFormed(key) ? await this.find(key) : undefined;
    if (!found) throw invalidToken('The API key is unknown, or it was revoked. Create a new one.');
    if (found.isUseOutdated) void this.recordUse(found.id);
    if (scope === undefined)
      throw new Problem('forbidden', 'No API key opens this route. Only users can use it.');
    if (!found.scopes.includes(scope)) throw insufficientScope(scope);
  }

  private async find(key: string): Promise<FoundKey | undefined> {
    const hash = `\\x${hashKey(key).toString('hex')}`;
    const [found] = await queryNamed<FoundKey>(this.dataSource, FIND_KEY, [hash]);
    return found;
  }

  /** The request does not wait for this write, and does not fail with it. */
  private async recordUse(id: string): Promise<void> {
    if (this.recording.has(id)) return;
    this.recording.add(id);
    try {
      await queryNamed(this.dataSource, RECORD_USE, [id]);
    } catch (error) {
      this.logger.warn(`The use of the API key ${id} could not be recorded: ${messageOf(error)}`);
    } finally {
      this.recording.delete(id);
    }
  }
}

function insufficientScope(scope: ApiKeyScope): Problem {
  const headers = { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
  return new Problem('insufficient-scope', `Use an API key with the scope ${scope}.`, { scope }, { headers });
}
