// Hearts and stars change at once. When the server refuses, they change back and the page says why.
const before = new WeakMap(); // form -> what its video showed until now

function showHeart(curation, button) {
  const on = button.getAttribute('aria-pressed') !== 'true';
  curation.querySelector('[data-heart]').setAttribute('aria-pressed', on);
}

function showStars(curation, value) {
  for (const star of curation.querySelectorAll('[data-star]')) {
    star.classList.toggle('star-on', Number(star.value) <= value);
    star.setAttribute('aria-pressed', Number(star.value) === value);
  }
  const open = curation.querySelector('[popovertarget]');
  if (!open) return;
  open.classList.toggle('rate-given', value > 0);
  open.querySelector('[data-rating]').textContent = value || '';
  open.focus();
  curation.querySelector('[popover]').hidePopover();
}

document.addEventListener('submit', (event) => {
  const curation = event.target.closest('[data-curation]');
  if (!curation || !event.submitter) return;
  before.set(event.target, { curation, html: curation.innerHTML });
  if (event.submitter.matches('[data-heart]')) showHeart(curation, event.submitter);
  else showStars(curation, Number(event.submitter.value));
});

function putBack(form) {
  const was = before.get(form);
  if (!was?.curation.isConnected) return;
  was.curation.innerHTML = was.html;
  htmx.process(was.curation);
}

document.addEventListener('htmx:after:request', (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (before.has(sourceElement) && response.status >= 400) putBack(sourceElement);
});

document.addEventListener('htmx:error', (event) => {
  const form = event.detail.ctx?.sourceElement;
  if (!before.has(form)) return;
  putBack(form);
  const notice = document.getElementById('error-notice').content.firstElementChild.cloneNode(true);
  notice.firstElementChild.textContent = "Can't reach the server. Nothing was changed.";
  document.getElementById('notices').append(notice);
});

document.addEventListener('keydown', (event) => {
  const star = event.target.closest?.('[data-star]');
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (!star || !step) return;
  event.preventDefault();
  event.stopPropagation();
  const stars = [...star.closest('form').querySelectorAll('[data-star]')];
  stars[(stars.indexOf(star) + step + stars.length) % stars.length].focus();
}, { capture: true });
