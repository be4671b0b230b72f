// Hearts, stars and "watched" change at once. When the server refuses, they change back and the page
// says why. The markup is described in templates/partials/_rate.html.
const rate = document.getElementById('rate');
const before = new WeakMap(); // button -> what its marks were until it was pressed
let opener = null; // the link of the card that the popover is open for

const marksOf = (element) => element.closest('[id^="marks-"]');
const starsOf = (element) => [...element.querySelectorAll('[data-star]')];

function showStars(element, value) {
  for (const star of starsOf(element)) {
    star.classList.toggle('star-on', Number(star.value) <= value);
    star.setAttribute('aria-pressed', Number(star.value) === value);
  }
  const clear = element.querySelector('[data-clear]');
  if (clear) clear.hidden = !value;
  const open = element.querySelector('[data-rate]');
  open?.classList.toggle('rate-given', value > 0);
  if (open) open.textContent = value || '';
}

function showPressed(button) {
  const on = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', on);
  return () => { button.value = on ? 0 : 1; }; // what the next press asks for
}

function mark(button, marks, action, values) {
  before.set(button, { marks, html: marks.innerHTML });
  let sent = () => {};
  if ('value' in values) showStars(marks, Number(values.value));
  else sent = showPressed(button);
  const inline = 'ownRating' in marks.dataset ? 1 : 0;
  htmx.ajax('POST', action, { source: button, target: marks, swap: 'outerMorph', values: { ...values, inline } });
  sent();
}

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (!form.matches('[data-mark]') || !submitter) return;
  const link = form === rate ? opener : null;
  const marks = marksOf(link ?? submitter);
  if (!marks) return; // an ordinary form: the page is loaded again
  event.preventDefault();
  const action = link?.dataset.rate ?? submitter.getAttribute('formaction') ?? form.getAttribute('action');
  mark(submitter, marks, action, { [submitter.name]: submitter.value });
  if (link) rate.hidePopover();
});

function openAt(link) {
  opener = link;
  const rating = Number(link.textContent);
  rate.querySelector('[data-rate-title]').textContent = link.dataset.title;
  rate.querySelector('[role=group]').setAttribute('aria-label', `Rating of ${link.dataset.title}`);
  showStars(rate, rating);
  rate.showPopover({ source: link });
  starsOf(rate)[Math.max(rating, 1) - 1].focus();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-rate]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link === opener && rate.matches(':popover-open')) rate.hidePopover();
  else openAt(link);
});

document.addEventListener('lvs:rate', ({ target, detail }) => {
  const link = target.querySelector('[data-rate]');
  if (link) mark(link, marksOf(link), link.dataset.rate, { value: detail });
});

function putBack(button) {
  const was = before.get(button);
  if (was?.marks.isConnected) was.marks.innerHTML = was.html;
}

document.addEventListener('htmx:after:request', (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (before.has(sourceElement) && response.status >= 400) putBack(sourceElement);
});

document.addEventListener('htmx:error', (event) => {
  const button = event.detail.ctx?.sourceElement;
  if (!before.has(button)) return;
  putBack(button);
  const notice = document.getElementById('error-notice').content.firstElementChild.cloneNode(true);
  notice.firstElementChild.textContent = "Can't reach the server. Nothing was changed.";
  document.getElementById('notices').append(notice);
});

// The stars are one tab stop; arrow keys move among them.
const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
document.addEventListener('keydown', (event) => {
  const star = event.target.closest?.('[data-star]');
  if (!star) return;
  const stars = starsOf(star.parentNode);
  if (event.key === 'Tab') return void stars.at(event.shiftKey ? 0 : -1).focus();
  let step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  if (/Left|Right/.test(event.key) && getComputedStyle(star).direction === 'rtl') step = -step;
  stars[(stars.indexOf(star) + step + stars.length) % stars.length].focus();
}, { capture: true });

// A card in a list of what was started plays at once on its page (player.js).
document.addEventListener('click', ({ target }) => {
  const card = target.closest?.('[data-resumes] .card-link');
  if (card) sessionStorage.setItem('lvs-continues', card.pathname);
});
