import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { AdoptionModule } from './adoption/adoption.module.js';
import { AuthController } from './auth/auth.controller.js';
import { AuthModule } from './auth/auth.module.js';
import { CredentialsController } from './auth/credentials.controller.js';
import { UserDataController } from './auth/user-data.controller.js';
import { BasketController } from './basket/basket.controller.js';
import { BasketModule } from './basket/basket.module.js';
import { CheckoutController } from './basket/checkout.controller.js';
import { OrderController } from './basket/order.controller.js';
import { CatalogueModule } from './catalogue/catalogue.module.js';
import { DatabaseModule } from './database/database.module.js';
import { Environment } from './environment.js';
import { EnvironmentModule } from './environment.module.js';
import { AdminBasketController } from './operations/admin-basket.controller.js';
import { AdminCleanupController } from './operations/admin-cleanup.controller.js';
import { AdminProductController } from './operations/admin-product.controller.js';
import { OperationsModule } from './operations/operations.module.js';
import { SessionMiddleware } from './session/session.middleware.js';
import { UnreadSessionMiddleware } from './session/unread-session.middleware.js';
import { SessionModule } from './session/session.module.js';

/** The controllers that know a visitor, beside the basket's. */
const VISITED = [
  CheckoutController,
  OrderController,
  AuthController,
  CredentialsController,
  UserDataController,
  AdminBasketController,
  AdminProductController,
  AdminCleanupController,
];

@Module({
  imports: [
    DatabaseModule,
    EventEmitterModule.forRoot(),
    SessionModule,
    CatalogueModule,
    AuthModule,
    BasketModule,
    AdoptionModule,
    OperationsModule,
  ],
})
export class AppModule implements NestModule {
  static with(environment: Environment): DynamicModule {
    return { module: AppModule, imports: [EnvironmentModule.with(environment)] };
  }

  /** Only routes that know a visitor read the session; the catalogue's and the health's cost no statement for it. */
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(SessionMiddleware).forRoutes(...VISITED);
    consumer.apply(UnreadSessionMiddleware).forRoutes(BasketController);
  }
}
