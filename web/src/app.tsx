import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { LogInPage } from './account/log-in-page.js';
import { RegisterPage } from './account/register-page.js';
import { BasketPage } from './basket/basket-page.js';
import { LostNotice } from './basket/lost-notice.js';
import { CataloguePage } from './catalogue/catalogue-page.js';
import { OrderPage } from './order/order-page.js';
import { OrdersPage } from './order/orders-page.js';
import { ErrorBoundary } from './page/error-boundary.js';
import { Footer } from './page/footer.js';
import { Header } from './page/header.js';
import { NetworkNotice } from './page/network-notice.js';
import { NoticeList } from './page/notice-list.js';
import { NotFoundPage } from './page/not-found-page.js';
import { Waiting } from './page/waiting.js';

/** Loaded on demand: shoppers do not need its charts. */
const OperationsPage = lazy(() => import('./operations/operations-page.js'));

export function App(): ReactNode {
  useScrollToTop();
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header />
      <NetworkNotice />
      <LostNotice />
      <main id="content" tabIndex={-1}>
        <ErrorBoundary>
          <Suspense fallback={<Waiting />}>
            <Switch>
              <Route path="/" component={CataloguePage} />
              <Route path="/basket" component={BasketPage} />
              <Route path="/login" component={LogInPage} />
              <Route path="/register" component={RegisterPage} />
              <Route path="/orders" component={OrdersPage} />
              <Route path="/orders/:id">{({ id }) => <OrderPage id={id} />}</Route>
              <Route path="/operations" component={OperationsPage} />
              <Route component={NotFoundPage} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
      <NoticeList />
    </>
  );
}

/** Scrolls to the top and moves the focus there, as after loading a page. */
function useScrollToTop(): void {
  const [path] = useLocation();
  useEffect(() => {
    window.scrollTo(0, 0);
    // Not for the first page, where the browser has set the focus.
    if (document.activeElement !== document.body) document.getElementById('content')?.focus();
  }, [path]);
}
