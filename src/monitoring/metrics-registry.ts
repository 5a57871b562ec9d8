import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of one application, in the text format of OpenMetrics 1.0; with those of its process. */
@Injectable()
export class MetricsRegistry extends Registry implements OnApplicationShutdown {
  constructor() {
    super();
    // Every metric's type wants the registry of the other format, though it takes this one.
    this.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    collectDefaultMetrics({ register: this });
  }

  onApplicationShutdown(): void {
    this.clear();
  }
}
