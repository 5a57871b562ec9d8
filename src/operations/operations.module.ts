import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthModule } from '../auth/auth.module.js';
import { BasketModule } from '../basket/basket.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { AdminBasketController } from './admin-basket.controller.js';
import { AdminProductController } from './admin-product.controller.js';
import { Draining } from './draining.service.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), AuthModule, BasketModule, CatalogueModule],
  providers: [Draining],
  exports: [Draining],
  controllers: [HealthController, AdminBasketController, AdminProductController],
})
export class OperationsModule {}
