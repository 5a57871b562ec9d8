import { Injectable } from '@nestjs/common';

/** Whether this process is about to stop: it is not ready any more, but answers what still comes. */
@Injectable()
export class Draining {
  isDraining = false;
}
