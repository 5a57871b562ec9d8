import 'reflect-metadata';
import { DataSource, type EntitySubscriberInterface, LessThanOrEqual, type RemoveEvent } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { Basket } from '../../src/basket/basket.entity.js';
import { GuestBasketSubscriber } from '../../src/basket/expiry/guest-basket.subscriber.js';
import { Session } from '../../src/session/session.entity.js';
import type { Rate } from './sql-loops.js';

/** The naive implementations would take hours, so they are stopped after this time. */
const SECONDS = 5;

/** Calls `remove()` for each entity, with the shop's own subscriber. */
export const oneByOne = (url: string) =>
  removeEntities(
    url,
    100,
    (dataSource) => new GuestBasketSubscriber(dataSource),
    async (dataSource, sessions) => {
      for (const session of sessions) await dataSource.manager.remove(session);
    },
  );

/** Removes batches of entities, with a subscriber that sends a query for each entity. */
export const queryPerSession = (url: string) =>
  removeEntities(
    url,
    1_000,
    (dataSource) => dataSource.subscribers.push(new BasketPerSession()),
    async (dataSource, sessions) => {
      await dataSource.manager.remove(sessions);
    },
  );

/** A simple subscriber that one might write first. */
class BasketPerSession implements EntitySubscriberInterface<Session> {
  listenTo(): typeof Session {
    return Session;
  }

  async beforeRemove({ manager, databaseEntity }: RemoveEvent<Session>): Promise<void> {
    const { basketId } = databaseEntity;
    const basket = basketId && (await manager.findOneBy(Basket, { id: basketId, status: 'open' }));
    if (basket && basket.ownerId === null) await manager.delete(Basket, { id: basket.id });
  }
}

async function removeEntities(
  url: string,
  take: number,
  subscribe: (dataSource: DataSource) => unknown,
  remove: (dataSource: DataSource, sessions: Session[]) => Promise<void>,
): Promise<Rate> {
  const dataSource = await new DataSource(dataSourceOptions(url, 2, false)).initialize();
  subscribe(dataSource);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1_000;
  let count = 0;
  try {
    while (seconds() < SECONDS) {
      const where = { expiredAt: LessThanOrEqual(Date.now()) };
      const sessions = await dataSource.manager.find(Session, { where, order: { expiredAt: 'ASC' }, take });
      if (sessions.length === 0) break;
      await remove(dataSource, sessions);
      count += take;
    }
    return { count, seconds: seconds() };
  } finally {
    await dataSource.destroy();
  }
}
