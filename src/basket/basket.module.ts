import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { SessionModule } from '../session/session.module.js';
import { AssignOrMergeOnLoginHandler } from './assign-or-merge-on-login.handler.js';
import { BasketController } from './basket.controller.js';
import { BasketService } from './basket.service.js';
import { GuestBasketService } from './guest-basket.service.js';
import { GuestBasketSubscriber } from './guest-basket.subscriber.js';

@Module({
  imports: [SessionModule, CatalogueModule, AuthModule],
  controllers: [BasketController],
  providers: [BasketService, GuestBasketService, GuestBasketSubscriber, AssignOrMergeOnLoginHandler],
  exports: [GuestBasketService],
})
export class BasketModule {}
