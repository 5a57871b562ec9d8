import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { Environment } from '../environment.js';
import { assertMigrated } from './migrate.js';

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
})
export class DatabaseModule {}
