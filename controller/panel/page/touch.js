// Staying in touch, for ever. Last part of the module that starts in panel.js.
let socket = null, openedAt = 0, waitMs = 250;
// How old a picture is: by the engine's clock, whose offset to ours is the least one lately seen.
// So pictures that waited in a slow network do not pass for the present. It creeps for drift.
let offset = Infinity;
function see(next) {
  if (next.at_s < state?.at_s) offset = Infinity; // the engine was started again
  state = next;
  offset = Math.min(offset + 0.1, now() - (next.at_s + next.age_s) * 1000);
  seenAt = next.age_s === null ? now() : offset + next.at_s * 1000;
}
function connect() {
  if (guest) return;
  openedAt = now();
  offset = Infinity;
  let facts = {}; // what a picture's row of numbers leaves out, since it seldom changes
  const mine = socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
  mine.onmessage = event => {
    if (mine !== socket) return;
    waitMs = 250;
    openedAt = now();
    const news = JSON.parse(event.data);
    if (!Array.isArray(news)) { facts = { ...facts, ...news }; return; }
    const [at_s, age_s, pressure_kpa, reference_kpa, place] = news;
    see({ ...facts, at_s, age_s, pressure_kpa, reference_kpa, place });
    requestAnimationFrame(draw);
    document.dispatchEvent(new CustomEvent('footloop:state', { detail: state }));
  };
  mine.onclose = () => { if (mine === socket) again(); };
}
function again() {
  const old = socket;
  socket = null;
  old?.close();
  setTimeout(() => { if (!socket) knock(); }, waitMs);
  waitMs = Math.min(2 * waitMs, 2000);
}
async function knock() { // a refused WebSocket does not say why; a plain request does
  try {
    const answer = await fetch('/api/v1/state', { signal: within(2000) });
    if (answer.status === 401) return enter(true);
  } catch { return again(); }
  connect();
}
async function lookIn() { // a guest sees that the device is there, and whether pairing is open
  try {
    const health = await (await fetch('/healthz', { signal: within(2000) })).json();
    if (!guest) return; // paired meanwhile
    seenAt = now();
    state = { mode: health.engine ? 'GUEST' : null };
    put('window', health.pairing_left_s ? `The code is good for ${health.pairing_left_s} more seconds.` : '');
    put('chip', !health.engine ? 'No engine' : health.moving ? 'Moving' : 'At rest');
  } catch { /* the age tells */ }
  draw();
}
function enter(asGuest) {
  guest = asGuest;
  state = null;
  body.className = body.className.replace(/paired|guest/, guest ? 'guest' : 'paired');
  if (guest) {
    socket?.close();
    socket = null;
    body.dataset.mode = '';
    $('code').value = ''; // of a window that is closed
    put('window', '');
    toast(FORGOTTEN, 15000);
    lookIn();
  } else connect();
  draw();
}
$('pair').addEventListener('submit', async event => {
  event.preventDefault();
  try {
    await post('pair', { code: $('code').value });
    enter(false);
    toast('This phone is paired.');
    $('words').focus?.();
  } catch (error) { toast(error.message); $('code').select(); }
});
$('code').addEventListener('input', () => { $('code').value = $('code').value.replace(/\D/g, ''); });

body.classList.add('live');
connect();
if (guest) lookIn();
setInterval(() => { if (guest) lookIn(); }, 2000);
setInterval(() => {
  draw();
  if (!guest && socket && now() - openedAt > SILENT_MS) again();
}, 250);
setInterval(drawAge, 500);
const wake = () => { if (!document.hidden && !guest && isStale()) { waitMs = 250; again(); } };
addEventListener('online', wake);
addEventListener('pageshow', event => { if (event.persisted) wake(); }); // the first one finds us connecting
document.addEventListener('visibilitychange', wake);
