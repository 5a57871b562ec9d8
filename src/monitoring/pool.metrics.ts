import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { poolOf } from '../database/connection-pool.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Shows the state of the pool of database connections. */
@Injectable()
export class PoolMetrics {
  constructor(registry: MetricsRegistry, dataSource: DataSource) {
    const pool = poolOf(dataSource);
    const registers = [registry];
    new Gauge({
      name: 'basketkeeper_pool_connections',
      help: 'Database connections of the pool.',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'idle' }, pool.idleCount);
      },
    });
    new Gauge({
      name: 'basketkeeper_pool_waiting',
      help: 'Requests that wait for a database connection.',
      registers,
      collect() {
        this.set(pool.waitingCount);
      },
    });
  }
}
