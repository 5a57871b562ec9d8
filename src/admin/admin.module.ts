import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BasketModule } from '../basket/basket.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { MonitoringModule } from '../monitoring/monitoring.module.js';
import { SessionModule } from '../session/session.module.js';
import { AdminApiKeyController } from './admin-api-key.controller.js';
import { AdminBasketController } from './admin-basket.controller.js';
import { AdminCleanupController } from './admin-cleanup.controller.js';
import { AdminOrderController } from './admin-order.controller.js';
import { AdminProductController } from './admin-product.controller.js';

@Module({
  imports: [AuthModule, BasketModule, CatalogueModule, MonitoringModule, SessionModule],
  controllers: [
    AdminBasketController,
    AdminOrderController,
    AdminProductController,
    AdminCleanupController,
    AdminApiKeyController,
  ],
})
export class AdminModule {}
