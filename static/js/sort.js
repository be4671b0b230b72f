// A table that sorts by a click on a heading and keeps its order while its rows change.
const table = document.querySelector('[data-sortable]');
let by = 'p95-ms';
let down = true;

function value(row) {
  if (!by) return row.firstElementChild.textContent;
  return Number(row.querySelector(`[data-${by}]`).getAttribute(`data-${by}`));
}

function sort() {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const sorted = rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  });
  if (sorted.some((row, index) => row !== rows[index])) body.append(...sorted);
}

table.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sort]');
  if (!button) return;
  down = by === button.dataset.sort ? !down : button.dataset.sort !== '';
  by = button.dataset.sort;
  for (const other of table.querySelectorAll('th[aria-sort]')) other.setAttribute('aria-sort', 'none');
  button.closest('th').setAttribute('aria-sort', down ? 'descending' : 'ascending');
  sort();
});

document.addEventListener('htmx:after:swap', sort);
