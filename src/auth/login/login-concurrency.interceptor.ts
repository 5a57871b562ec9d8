import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { finalize, Observable } from 'rxjs';
import { clientClosed, closeSignal } from '../../http/response/close-signal.js';
import { FairQueue } from './fair-queue.js';
import { rateLimitSubnet } from '../../http/request/rate-limit-subnet.js';
import { HASHES_AT_ONCE, PasswordService } from '../password/password.service.js';

/** Several times as long as a login takes. A slower request mostly waits for the database. */
const SLOT_MILLISECONDS = 250;

/** Limits the wait of the last request to a few seconds. */
const MAX_WAITING_PER_SLOT = 100;

/**
 * Handles at most one password-hashing request per hash slot at a time.
 *
 * So the statements of a burst wait as well as its hashes. Baskets keep the event loop and the
 * connections. See docs/decisions/15-login-concurrency.md.
 */
@Injectable()
export class LoginConcurrency implements NestInterceptor {
  private readonly queue = new FairQueue({
    running: HASHES_AT_ONCE,
    waiting: HASHES_AT_ONCE * MAX_WAITING_PER_SLOT,
  });

  constructor(private readonly passwords: PasswordService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const network = rateLimitSubnet(http.getRequest<FastifyRequest>().ip);
    const signal = closeSignal(http.getResponse<FastifyReply>().raw);
    return new Observable((answer) => {
      const handle = () => {
        const answered = new Promise<void>((resolve) => {
          next.handle().pipe(finalize(resolve)).subscribe(answer);
        });
        return Promise.race([answered, this.slotTimeout()]);
      };
      this.queue.run(network, signal, handle).catch((error: unknown) => {
        answer.error(signal.aborted ? clientClosed() : error);
      });
    });
  }

  /**
   * Resolves when a request must give its slot away.
   *
   * A request that waits for the database gives it away. A request that hashes, or waits for a hash
   * slot, keeps it.
   */
  private async slotTimeout(): Promise<void> {
    await sleep(SLOT_MILLISECONDS, undefined, { ref: false });
    await this.passwords.withHashSlot(() => Promise.resolve());
  }
}
