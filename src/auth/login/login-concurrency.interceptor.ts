import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { finalize, Observable } from 'rxjs';
import { clientClosed, closeSignal } from '../../http/response/close-signal.js';
import { FairQueue } from './fair-queue.js';
import { rateLimitSubnet } from '../../http/request/rate-limit-subnet.js';
import { HASHES_AT_ONCE, PasswordService } from '../password/password.service.js';

/** Several times what a login takes: what is not answered by then mostly waits. */
const SLOT_MILLISECONDS = 250;

/** About three seconds of logins. */
const MAX_WAITING_PER_SLOT = 100;

/**
 * Lets the requests that hash a password be handled no more at once than passwords are hashed.
 *
 * So the burst's statements wait with its hashes, and leave the event loop and the connections to the baskets. Of 32
 * logins, again and again on two cores, the 99th percentile of a read was 6 times that of an idle shop without this,
 * and 1.6 with it; two thirds as many logins were answered (`bench/logins.ts`).
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

  /** A request that waits for the database releases its slot. One that hashes, or waits for that, keeps it. */
  private async slotTimeout(): Promise<void> {
    await sleep(SLOT_MILLISECONDS, undefined, { ref: false });
    await this.passwords.withHashSlot(() => Promise.resolve());
  }
}
