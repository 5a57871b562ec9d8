import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthModule } from '../auth/auth.module.js';
import { AdminGuard } from '../auth/visitor/admin.guard.js';
import { VisitorGuard } from '../auth/visitor/visitor.guard.js';
import { BasketModule } from '../basket/basket.module.js';
import { SessionGuard } from '../session/request/session.guard.js';
import { SessionModule } from '../session/session.module.js';
import { CleanupIndicator } from './cleanup-indicator.service.js';
import { CleanupMetrics } from './cleanup.metrics.js';
import { Draining } from './draining.service.js';
import { HealthController } from './health.controller.js';
import { HttpMetrics } from './http.metrics.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsRegistry } from './metrics-registry.js';
import { OperationsServer } from './operations-server.service.js';
import { OverviewService } from './overview.service.js';
import { PoolMetrics } from './pool.metrics.js';
import { ShopMetrics } from './shop.metrics.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), AuthModule, BasketModule, SessionModule],
  controllers: [HealthController, MetricsController],
  providers: [
    Draining,
    OperationsServer,
    OverviewService,
    CleanupIndicator,
    SessionGuard,
    VisitorGuard,
    AdminGuard,
    MetricsRegistry,
    HttpMetrics,
    PoolMetrics,
    CleanupMetrics,
    ShopMetrics,
  ],
  exports: [Draining, OperationsServer, OverviewService],
})
export class MonitoringModule {}
