import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { dataSourceOptions, KEPT_CONNECTIONS, SILENCE_MILLISECONDS } from '../../ormconfig.js';
import { Environment } from '../config/environment.js';
import { ClockCheck } from '../database/clock-check.service.js';
import { destroySilentConnections, fillPool } from '../database/connection-pool.js';
import { assertMigrated } from './migrate.js';
import { WaitingDataSource } from '../database/waiting-data-source.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Environment],
      useFactory: ({
        databaseUrl = '',
        databasePoolSize,
        databaseWaitSeconds,
        hasDatabaseTimeouts,
      }: Environment) => ({
        ...dataSourceOptions(databaseUrl, databasePoolSize, hasDatabaseTimeouts),
        waitSeconds: databaseWaitSeconds,
        // WaitingDataSource does the waiting, and only for errors that can pass.
        retryAttempts: 1,
      }),
      dataSourceFactory: async (options) => {
        if (!options) throw new Error('TypeOrmModule passed no options.');
        const { waitSeconds } = options as typeof options & { waitSeconds: number };
        const dataSource = await new WaitingDataSource(options, waitSeconds).initialize();
        await assertMigrated(dataSource);
        return dataSource;
      },
    }),
  ],
  providers: [ClockCheck],
  exports: [ClockCheck],
})
export class DatabaseModule implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /** Prepares the pool for visitors. A command has no visitors and skips this. */
  async onModuleInit(): Promise<void> {
    if (!this.environment.hasDatabaseTimeouts) return;
    destroySilentConnections(this.dataSource, SILENCE_MILLISECONDS);
    await fillPool(this.dataSource, Math.min(KEPT_CONNECTIONS, this.environment.databasePoolSize));
  }
}
