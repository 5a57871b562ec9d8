import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { OscarImportModule } from '../oscar-import/oscar-import.module.js';
import { AdminModule } from '../admin/admin.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { BasketModule } from '../basket/basket.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { DatabaseModule } from './database.module.js';
import { Environment } from '../config/environment.js';
import { EnvironmentModule } from '../config/environment.module.js';
import { AllowedMethods } from '../http/server/allowed-methods.js';
import { MonitoringModule } from '../monitoring/monitoring.module.js';
import { ProblemModule } from '../problem/problem.controller.js';
import { SessionModule } from '../session/session.module.js';

@Module({
  imports: [
    DatabaseModule,
    EventEmitterModule.forRoot(),
    SessionModule,
    CatalogueModule,
    AuthModule,
    BasketModule,
    OscarImportModule,
    MonitoringModule,
    AdminModule,
    ProblemModule,
  ],
  providers: [AllowedMethods],
})
export class AppModule {
  static with(environment: Environment): DynamicModule {
    return { module: AppModule, imports: [EnvironmentModule.with(environment)] };
  }
}
