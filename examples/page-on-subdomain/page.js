/** Shows the answers of the API. `basket-api.js` has its calls. */
import { addLine, getBasket, listProducts, logIn, register } from './basket-api.js';

const [message, products, lines, kept, form, report] = document.querySelectorAll(
  '#message, #products, #lines, #kept, #login, #report',
);

/** Runs an action of the visitor, and shows its message or its error. */
async function run(action) {
  try {
    message.textContent = 'One moment …';
    message.textContent = (await action()) ?? '';
  } catch (error) {
    message.textContent = error.message;
  }
}

function show({ basket, lost }) {
  lines.replaceChildren(
    ...basket.lines.map(({ name, quantity, notices }) =>
      element('li', `${quantity} × ${name} ${notices.join(', ')}`),
    ),
  );
  const until = basket.expiresAt && new Date(basket.expiresAt).toLocaleString();
  kept.textContent = until ? `Kept until ${until}.` : '';
  return lost ? textOf(lost) : '';
}

function textOf(lost) {
  if (lost.owner === 'user') return 'You are logged out. Log in to see your basket.';
  return `Your basket has expired. It had ${lost.lines.map(({ name }) => name).join(', ')}.`;
}

function showReport({ outcome, lines: merged }) {
  report.hidden = outcome !== 'merged';
  report.tBodies[0].replaceChildren(
    ...merged.map(({ sku, guestQuantity, userQuantity, quantity, notice }) => {
      const row = element('tr');
      const cells = [sku, guestQuantity, userQuantity, quantity, notice ?? ''];
      row.append(...cells.map((cell) => element('td', cell)));
      return row;
    }),
  );
}

function element(name, text = '') {
  const made = document.createElement(name);
  // Never as HTML, because names of products are data.
  made.textContent = text;
  return made;
}

function toProduct({ sku, name }) {
  const item = element('li', `${name} `);
  const button = element('button', `Add ${name}`);
  button.addEventListener('click', () => run(async () => show(await addLine(sku, 1))));
  item.append(button);
  return item;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { email, password } = form.elements;
  run(async () => {
    if (event.submitter.name === 'register') await register(email.value, password.value);
    showReport(await logIn(email.value, password.value));
    return show(await getBasket()) || `Hello, ${email.value}.`;
  });
});

await run(async () => {
  products.replaceChildren(...(await listProducts()).products.map(toProduct));
  return show(await getBasket());
});
