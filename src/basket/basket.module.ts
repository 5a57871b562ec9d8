import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { SessionModule } from '../session/session.module.js';
import { AssignOrMergeOnLoginHandler } from './merge/assign-or-merge-on-login.handler.js';
import { AuditService } from './expiry/audit.service.js';
import { BasketAdministration } from './checkout/basket-administration.service.js';
import { BasketChanges } from './change/basket-changes.service.js';
import { BasketController } from './basket.controller.js';
import { BulkChangesController } from './change/bulk/bulk-changes.controller.js';
import { BulkChanges } from './change/bulk/bulk-changes.service.js';
import { BasketWriteQueue } from './change/basket-write-queue.service.js';
import { LineKey } from './change/line-key.service.js';
import { BasketService } from './basket.service.js';
import { CheckoutController } from './checkout/checkout.controller.js';
import { CheckoutService } from './checkout/checkout.service.js';
import { EndFrozenOnCleanupHandler } from './expiry/end-frozen-on-cleanup.handler.js';
import { ReleaseExpiredOnCleanupHandler } from './expiry/release-expired-on-cleanup.handler.js';
import { UserDataHandler } from './user-data.handler.js';
import { MetadataController } from './metadata.controller.js';
import { ReorderController } from './order/reorder.controller.js';
import { ReorderService } from './order/reorder.service.js';
import { SingleStatement } from './change/single-statement.service.js';
import { OrderController } from './order/order.controller.js';
import { PinCurrencyJob } from './checkout/pin-currency.job.js';
import { OrphanCount } from './expiry/orphan-count.entity.js';
import { OwnedFrozenExpiry } from './expiry/owned-frozen-expiry.service.js';
import { OrphanSweep } from './expiry/orphan-sweep.service.js';
import { OrderService } from './order/order.service.js';
import { GuestBasketService } from './expiry/guest-basket.service.js';
import { GuestBasketSubscriber } from './expiry/guest-basket.subscriber.js';

@Module({
  imports: [SessionModule, CatalogueModule, TypeOrmModule.forFeature([OrphanCount])],
  controllers: [
    BasketController,
    BulkChangesController,
    MetadataController,
    CheckoutController,
    OrderController,
    ReorderController,
  ],
  providers: [
    BasketChanges,
    SingleStatement,
    BasketWriteQueue,
    LineKey,
    BulkChanges,
    BasketService,
    CheckoutService,
    OrderService,
    ReorderService,
    BasketAdministration,
    GuestBasketService,
    AuditService,
    OrphanSweep,
    GuestBasketSubscriber,
    AssignOrMergeOnLoginHandler,
    OwnedFrozenExpiry,
    EndFrozenOnCleanupHandler,
    ReleaseExpiredOnCleanupHandler,
    UserDataHandler,
    PinCurrencyJob,
  ],
  exports: [TypeOrmModule, GuestBasketService, AuditService, OrphanSweep, BasketAdministration, OrderService],
})
export class BasketModule {}
