import { connect, startMachine } from 'portside/client'; // Portside, 4 of 9

const byId = (id) => document.getElementById(id);
const frame = document.querySelector('iframe');
const price = (cents) => `€ ${(cents / 100).toFixed(2)}`;

/** @type {{ id: string, name: string, origin: string, notes: string, cents: number }[]} */
let coffees = [];
/** How many of each, by id. @type {Record<string, number>} */
let basket = {};

function showPage() {
  const { hash } = location;
  const current = ['#journal', '#basket'].includes(hash) ? hash : '#shop';
  for (const page of document.querySelectorAll('.page')) page.hidden = `#${page.id}` !== current;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  scrollTo(0, 0);
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function showCoffees() {
  byId('coffees').replaceChildren(
    ...coffees.map(({ id, name, origin, notes, cents }) =>
      element(
        'li',
        { className: 'card' },
        element('img', { src: `/images/${id}.svg`, alt: '', width: 320, height: 240 }),
        element('h2', {}, name),
        element('p', { className: 'origin' }, origin),
        element('p', { className: 'notes' }, notes),
        element(
          'p',
          { className: 'buy' },
          element('span', {}, `${price(cents)} · 250 g`),
          element('button', { type: 'button', ariaLabel: `Add ${name}`, onclick: () => change(id, 1) }, 'Add'),
        ),
      ),
    ),
  );
}

function showBasket() {
  const lines = coffees.filter(({ id }) => basket[id] > 0);
  const count = lines.reduce((sum, { id }) => sum + basket[id], 0);
  byId('count').textContent = count;
  byId('count').hidden = byId('total').hidden = count === 0;
  byId('empty').hidden = count > 0;
  byId('lines').replaceChildren(
    ...lines.map(({ id, name, cents }) =>
      element(
        'li',
        {},
        element('img', { src: `/images/${id}.svg`, alt: '', width: 64, height: 48 }),
        element('span', { className: 'name' }, name),
        element('button', { type: 'button', ariaLabel: `One ${name} less`, onclick: () => change(id, -1) }, '−'),
        element('output', {}, basket[id]),
        element('button', { type: 'button', ariaLabel: `One ${name} more`, onclick: () => change(id, 1) }, '+'),
        element('span', { className: 'sum' }, price(cents * basket[id])),
      ),
    ),
  );
  byId('total').textContent = `Together ${price(lines.reduce((sum, { id, cents }) => sum + cents * basket[id], 0))}`;
}

async function change(id, by) {
  const wanted = { ...basket, [id]: Math.max(0, (basket[id] ?? 0) + by) };
  const response = await fetch('/api/basket', { method: 'PUT', body: JSON.stringify(wanted) });
  basket = await response.json();
  showBasket();
}

/** The basket lives in the worker, so the shop opens when the worker is there. */
async function controlled() {
  const { serviceWorker } = navigator;
  const control = new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });
  // Offline it cannot be looked for, and the one that is there goes on.
  const registered = serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  if (serviceWorker.controller) registered.catch((error) => console.info('No new version can be looked for.', error));
  else await Promise.all([registered, control]);
}

async function openShop() {
  const get = async (url) => (await fetch(url)).json();
  [coffees, basket] = await Promise.all([get('/api/coffees.json'), get('/api/basket')]);
  showCoffees();
  showBasket();
}

async function openJournal() {
  const site = await (await fetch('/blog/.portside/site.json')).json(); // Portside, 5 of 9
  const machine = startMachine({ site: { ...site, port: 80 } }); // Portside, 6 of 9
  await machine.ready; // Portside, 7 of 9
  connect(machine, '/blog/'); // Portside, 8 of 9
  frame.src = '/blog/'; // Portside, 9 of 9

  const { title, text, engine } = await (await fetch('/blog/latest.php')).json();
  byId('teaser-title').textContent = title;
  byId('teaser-text').textContent = text;
  byId('engine').textContent = `${engine} in this tab`;
}

addEventListener('hashchange', showPage);
showPage();
await controlled();
await openShop();
document.documentElement.dataset.shop = 'open';
try {
  await openJournal();
  document.documentElement.dataset.journal = 'open';
} catch (error) {
  console.error(error);
  byId('teaser-title').textContent = 'The journal is closed today';
  byId('engine').textContent = String(error.message);
}
