// The offline page: asks for the server until it answers, then loads the page that was wanted.
const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;
const words = document.getElementById('retry');
let wait = FIRST_MS;
let timer;

Object.assign(document.documentElement.dataset, JSON.parse(localStorage.getItem('preferences')));

// The address is that of the wanted page, unless someone opened this one.
function wanted() {
  if (location.pathname === '/offline') location.replace('/');
  else location.reload();
}

async function retry() {
  clearTimeout(timer);
  words.textContent = 'Trying again…';
  try {
    if ((await fetch('/ping', { cache: 'no-store', signal: AbortSignal.timeout(5_000) })).ok) return wanted();
  } catch { /* not yet */ }
  words.textContent = 'Not yet. This page comes back by itself.';
  wait = Math.min(wait * 1.5, LONGEST_MS);
  timer = setTimeout(retry, wait);
}

timer = setTimeout(retry, wait);
window.addEventListener('online', retry);
document.addEventListener('visibilitychange', () => { if (!document.hidden) retry(); });
