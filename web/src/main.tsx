import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './app.js';
import { queryClient } from './basket/keep-basket.js';
import { BASE_PATH } from './page/base-path.js';
import { Waiting } from './page/waiting.js';
import './style/ground.css';
import './style/controls.css';
import './style/page.css';
import './style/shop.css';
import './style/basket.css';

/** For `operations.html`, the page of `OPERATIONS_PORT`. */
const OperationsApp = lazy(() => import('./operations/operations-app.js'));

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Router base={BASE_PATH}>
        <Suspense fallback={<Waiting />}>
          {root.dataset.app === 'operations' ? <OperationsApp /> : <App />}
        </Suspense>
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
