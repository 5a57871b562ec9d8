import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { SessionModule } from '../session/session.module.js';
import { AssignOrMergeOnLoginHandler } from './assign-or-merge-on-login.handler.js';
import { AuditService } from './audit.service.js';
import { BasketAdministration } from './basket-administration.service.js';
import { BasketChanges } from './basket-changes.service.js';
import { BasketController } from './basket.controller.js';
import { BasketTurns } from './basket-turns.service.js';
import { BasketService } from './basket.service.js';
import { CheckoutController } from './checkout.controller.js';
import { CheckoutService } from './checkout.service.js';
import { EndFrozenOnCleanupHandler } from './end-frozen-on-cleanup.handler.js';
import { UserDataHandler } from './user-data.handler.js';
import { BasketShortcuts } from './basket-shortcuts.service.js';
import { OrderController } from './order.controller.js';
import { PinCurrencyJob } from './pin-currency.job.js';
import { OrphanCount } from './orphan-count.entity.js';
import { OrphanSweep } from './orphan-sweep.service.js';
import { OrderService } from './order.service.js';
import { GuestBasketService } from './guest-basket.service.js';
import { GuestBasketSubscriber } from './guest-basket.subscriber.js';

@Module({
  imports: [SessionModule, CatalogueModule, AuthModule, TypeOrmModule.forFeature([OrphanCount])],
  controllers: [BasketController, CheckoutController, OrderController],
  providers: [
    BasketChanges,
    BasketShortcuts,
    BasketTurns,
    BasketService,
    CheckoutService,
    OrderService,
    BasketAdministration,
    GuestBasketService,
    AuditService,
    OrphanSweep,
    GuestBasketSubscriber,
    AssignOrMergeOnLoginHandler,
    EndFrozenOnCleanupHandler,
    UserDataHandler,
    PinCurrencyJob,
  ],
  exports: [TypeOrmModule, GuestBasketService, AuditService, OrphanSweep, BasketAdministration, OrderService],
})
export class BasketModule {}
