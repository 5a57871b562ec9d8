import type { ReactNode } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { LogInForm } from '../account/log-in-form.js';
import { LogOut } from '../account/log-out.js';
import { useUser } from '../account/user.js';
import { ErrorBoundary } from '../page/error-boundary.js';
import { NotFoundPage } from '../page/not-found-page.js';
import { NoticeList } from '../page/notice-list.js';
import { usePageTitle } from '../page/use-page-title.js';
import OperationsPage from './operations-page.js';

/** The pages of `OPERATIONS_PORT`: operations and login, without a shop. */
export default function OperationsApp(): ReactNode {
  const user = useUser();
  return (
    <>
      <header className="header">
        <Link href="/operations" className="wordmark">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Basketkeeper
        </Link>
        <nav aria-label="Account">
          {user && <LogOut name={user.displayName ?? user.email} notice="You are logged out." />}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <ErrorBoundary>
          <Switch>
            <Route path="/operations" component={OperationsPage} />
            <Route path="/login" component={LogInPage} />
            <Route path="/">
              <Redirect to="/operations" replace />
            </Route>
            <Route component={NotFoundPage} />
          </Switch>
        </ErrorBoundary>
      </main>
      <NoticeList />
    </>
  );
}

function LogInPage(): ReactNode {
  usePageTitle('Log in');
  const [, navigate] = useLocation();
  return (
    <section className="sheet narrow">
      <h1>Log in</h1>
      <LogInForm onSuccess={() => navigate('/operations')} />
    </section>
  );
}
