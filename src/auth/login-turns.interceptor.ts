import { type CallHandler, Injectable, type NestInterceptor } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { finalize, Observable } from 'rxjs';
import { HASHES_AT_ONCE } from './password.service.js';

/** Several times what a login takes: what is not answered by then mostly waits. Hashes stay bounded by themselves. */
const TURN_MILLISECONDS = 250;

/**
 * Lets the requests that hash a password be handled no more at once than passwords are hashed.
 *
 * So the burst's statements wait with its hashes, and leave the event loop and the connections to the baskets. Of 32
 * logins, again and again on two cores, the 99th percentile of a look was 6 times that of an idle shop without this,
 * and 1.6 with it; two thirds as many logins were answered (`bench/logins.ts`).
 */
@Injectable()
export class LoginTurns implements NestInterceptor {
  private readonly turns = pLimit(HASHES_AT_ONCE);

  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    return new Observable((answer) => {
      void this.turns(() => {
        const answered = new Promise<void>((resolve) => {
          next.handle().pipe(finalize(resolve)).subscribe(answer);
        });
        return Promise.race([answered, sleep(TURN_MILLISECONDS, undefined, { ref: false })]);
      });
    });
  }
}
