import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { dataSourceOptions, KEPT_CONNECTIONS, SILENCE_MILLISECONDS } from '../../ormconfig.js';
import { Environment } from '../environment.js';
import { ClockCheck } from './clock-check.service.js';
import { boundSilence, fillPool } from './connection-pool.js';
import { assertMigrated } from './migrate.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Environment],
      useFactory: ({ databaseUrl = '', databasePoolSize, isDatabaseBounded }: Environment) => ({
        ...dataSourceOptions(databaseUrl, databasePoolSize, isDatabaseBounded),
        // A process that can't start says so at once; whoever runs it starts it again.
        retryAttempts: 1,
      }),
      dataSourceFactory: async (options) => {
        if (!options) throw new Error('The options come from the factory above.');
        const dataSource = await new DataSource(options).initialize();
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

  /** Not for a command, which ends soon and has no visitors. */
  async onModuleInit(): Promise<void> {
    if (!this.environment.isDatabaseBounded) return;
    boundSilence(this.dataSource, SILENCE_MILLISECONDS);
    await fillPool(this.dataSource, Math.min(KEPT_CONNECTIONS, this.environment.databasePoolSize));
  }
}
