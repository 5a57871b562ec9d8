import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Observable, tap } from 'rxjs';
import type { BasketDto } from './basket.dto.js';
import { etagOf } from './etag.js';
import { isReplayed } from './replayed.js';

/** Marks a basket's answer with its version, says whether it is a replay, and keeps it out of every cache. */
@Injectable()
export class BasketHeadersInterceptor implements NestInterceptor<BasketDto | void> {
  intercept(context: ExecutionContext, next: CallHandler<BasketDto | void>): Observable<BasketDto | void> {
    const http = context.switchToHttp();
    // Prices and notices change without the version: Express must not answer 304 because of it.
    delete http.getRequest<Request>().headers['if-none-match'];
    const response = http.getResponse<Response>().set('Cache-Control', 'no-store');
    return next.handle().pipe(
      tap((basket) => {
        if (!basket) return;
        response.set('ETag', etagOf(basket));
        if (isReplayed(basket)) response.set('Idempotency-Replayed', 'true');
      }),
    );
  }
}
